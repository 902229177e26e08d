import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.note_scores import models, one_note
from training.comparison import Kind, Part, Verdict, labels, part_differences, size, slices, swaps_for, verdict

FAR = st.floats(-0.2, 0.2)


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.001, 0.02, Verdict.BETTER),
        (-0.009, 0.02, Verdict.NOT_WORSE),
        (-0.009, -0.001, Verdict.NOT_WORSE),
        (-0.05, -0.001, Verdict.WORSE),
        (-0.05, 0.04, Verdict.UNCLEAR),
        (0.0, 0.0, Verdict.NOT_WORSE),
    ],
)
def test_verdict_is_one_of_four_words(low, high, word):
    assert verdict(low, high, margin=0.01) == word


def test_verdict_of_equals_without_margin_is_not_worse():
    assert verdict(0.0, 0.0, margin=0.0) == Verdict.NOT_WORSE


@given(FAR, FAR, st.floats(0, 0.1))
def test_verdict_of_both_ways_never_says_better_twice_nor_worse_twice(one, other, margin):
    low, high = sorted((one, other))
    words = verdict(low, high, margin=margin), verdict(-high, -low, margin=margin)
    assert words not in {(Verdict.BETTER, Verdict.BETTER), (Verdict.WORSE, Verdict.WORSE)}


def test_slices_are_the_values_of_each_facet_the_frequent_first():
    notes = [one_note(n, {}, city=city) for n, city in enumerate(["Pune", "Agra", "Agra"])] + [one_note(3, {})]
    found = slices(notes)
    assert [(part.facet, part.name) for part in found] == [("city", "Agra"), ("city", ""), ("city", "Pune")]
    assert [note.note_id for note in found[0].notes(notes)] == [1, 2]
    assert found[1].title == "city: not stated"
    assert slices(notes, []) == []


def test_part_of_a_label_counts_that_label_alone():
    notes = [one_note(0, {"DISEASE": (2, 1, 0), "TREATMENT": (5, 0, 0)}), one_note(1, {"TREATMENT": (1, 0, 1)})]
    part = Part(Kind.LABEL, "DISEASE")
    assert [note.counts.tp for note in part.notes(notes)] == [2, 0]
    assert size(part.notes(notes), part) == (1, 2)
    assert [one.name for one in labels(notes)] == ["DISEASE", "TREATMENT"]


def test_part_differences_leave_small_parts_untested():
    candidate, champion = models(1, 100)
    rows = part_differences(candidate, champion, [Part(), *slices(candidate)], min_notes=60)
    assert [row.difference is not None for row in rows] == [True, False, False]
    assert [row.p_holm is not None for row in rows] == [True, False, False]
    assert rows[1].notes == 50
    assert rows[1].candidate_f1 > 0.5


def test_part_differences_find_the_label_that_lost():
    candidate, champion = models(2, 300, DISEASE=0.6)
    rows = {row.part.name: row for row in part_differences(candidate, champion, labels(candidate))}
    assert rows["DISEASE"].is_loss(0.05)
    assert not rows["TREATMENT"].is_loss(0.05)
    assert json.loads(json.dumps(rows["DISEASE"].to_json()))["p_holm"] < 0.05


def test_part_differences_rarely_find_a_loss_where_there_is_none():
    """Holm: the chance of even one false loss among the four parts is at most alpha, here one-sided .025."""
    found = 0
    for seed in range(70):
        candidate, champion = models(seed, 80)
        rows = part_differences(candidate, champion, [*labels(champion), *slices(champion)], seed=seed)
        found += any(row.is_loss(0.05) for row in rows)
    assert found / 70 <= 0.06


def test_part_differences_refuse_other_notes():
    candidate, champion = models(3, 40)
    with pytest.raises(ValueError, match="not the same in the same order"):
        part_differences(candidate, champion[::-1], [Part()])


@given(st.integers(0, 500))
def test_swaps_let_the_smallest_p_be_significant_after_correction(tests):
    assert tests / (swaps_for(tests, 0.05) + 1) < 0.05
