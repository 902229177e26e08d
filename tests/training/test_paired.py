import json

import numpy as np
import pytest

from tests.training.note_scores import gold_notes, models, scored
from training.comparison import slices
from training.paired import paired_table, part_scores


def runs(*ps, count=150, seed=0):
    source = np.random.default_rng(seed)
    notes = gold_notes(source, count)
    return {f"run {n}": scored(source, notes, p) for n, p in enumerate(ps)}


def test_paired_table_of_three_runs_has_each_pair_once_and_is_plain_json():
    table = paired_table(runs(0.75, 0.85, 0.95))
    assert json.loads(json.dumps(table)) == table
    assert [(pair["first"], pair["second"]) for pair in table["pairs"]] == [
        ("run 0", "run 1"),
        ("run 0", "run 2"),
        ("run 1", "run 2"),
    ]
    # The second less the first.
    assert all(pair["value"] > 0 and pair["verdict"] == "better" for pair in table["pairs"])
    assert all(pair["p"] <= pair["p_holm"] < 0.05 for pair in table["pairs"])
    assert table["overall"]["run 2"]["f1"] > table["overall"]["run 0"]["f1"]


def test_paired_table_sets_each_run_beside_the_reference_per_label_and_slice():
    table = paired_table(runs(0.95, 0.7, 0.95), reference="run 2", facets=["city"])
    assert [row["title"] for row in table["labels"]] == ["DISEASE", "TREATMENT"]
    assert [row["title"] for row in table["slices"]] == ["city: Agra", "city: Pune"]
    for row in (*table["labels"], *table["slices"]):
        assert set(row["scores"]) == {"run 0", "run 1", "run 2"}
        assert set(row["differences"]) == {"run 0", "run 1"}
        assert row["differences"]["run 1"]["is_loss"]
        assert not row["differences"]["run 0"]["is_loss"]


def test_paired_table_leaves_small_slices_untested():
    row = paired_table(runs(0.8, 0.9, count=40))["slices"][0]
    assert row["differences"] == {"run 1": None}
    assert (row["notes"], row["scores"]["run 0"]["enough"]) == (20, False)


@pytest.mark.parametrize("count", [1, 11])
def test_paired_table_takes_two_to_ten_runs(count):
    with pytest.raises(ValueError, match=f"{count} runs can't be compared; choose 2 to 10"):
        paired_table(runs(*[0.8] * count, count=2))


def test_paired_table_refuses_runs_on_other_notes():
    some = runs(0.8, 0.9, count=40)
    some["run 1"] = some["run 1"][1:]
    with pytest.raises(ValueError, match="score both on one test set"):
        paired_table(some)


def test_part_scores_have_a_row_for_each_value():
    notes, _ = models(1, 100)
    rows = part_scores(notes, slices(notes))
    assert [(row["name"], row["notes"], row["enough"]) for row in rows] == [("Agra", 50, True), ("Pune", 50, True)]
    assert all(row["low"] < row["f1"] < row["high"] for row in rows)
