import json

import numpy as np
import pytest

from tests.training.note_scores import gold_notes, one_note, scored
from training.fairness import MEASURES, groups


def notes(seed=0, count=200, agra=0.85, pune=0.85):
    """Notes of two cities, on which the model's recall differs."""
    source = np.random.default_rng(seed)
    gold = gold_notes(source, count)
    sides = scored(source, gold, agra), scored(source, gold, pune)
    return [sides[note.facets["city"] == "Pune"][note.note_id] for note in sides[0]]


def gaps(found):
    return {(group.part.name, gap.measure): gap for group in found for gap in group.gaps}


def test_group_on_which_the_model_misses_more_is_named():
    found = gaps(groups(notes(1, 400, agra=0.6, pune=0.9)))
    recall = found["Agra", "recall"]
    assert recall.is_unfair()
    assert recall.interval.high < -0.05
    assert recall.value == pytest.approx(recall.group - recall.rest)
    # Of two groups each is the rest of the other.
    assert found["Pune", "recall"].value == pytest.approx(-recall.value)
    assert found["Pune", "recall"].is_unfair()


def test_small_gap_is_let_pass_even_where_it_is_certain():
    found = gaps(groups(notes(2, 2000, agra=0.84, pune=0.87)))["Agra", "recall"]
    assert found.interval.high < 0
    assert not found.is_unfair()


def test_gap_is_unfair_by_what_is_allowed():
    some = notes(5, 4000, agra=0.8, pune=0.88)
    strict, lax = (gaps(groups(some, allowed=gap))["Agra", "recall"] for gap in (0.05, 0.10))
    assert strict.value == pytest.approx(-0.08, abs=0.015)
    assert (strict.is_unfair(), lax.is_unfair()) == (True, False)
    assert strict.interval == lax.interval


def test_equal_groups_are_hardly_ever_named():
    named = sum(
        any(gap.is_unfair() for gap in gaps(groups(notes(seed, 120), seed=seed)).values()) for seed in range(60)
    )
    assert named / 30 <= 0.1


def test_group_that_is_too_small_has_no_gap():
    some = [*notes(3, 100), *(one_note(900 + n, {"DISEASE": (0, 0, 5)}, city="Leh") for n in range(29))]
    found = {group.part.name: group for group in groups(some)}
    assert found["Leh"].gaps == ()
    assert found["Leh"].notes == 29
    assert len(found["Agra"].gaps) == len(MEASURES)


def test_found_ratio_needs_no_gold():
    some = [one_note(n, {"D": (4, 0, 0)}, city="Agra") for n in range(3)]
    some += [one_note(9 + n, {"D": (1, 1, 0)}, city="Pune") for n in range(3)]
    found = {group.part.name: group.found_ratio for group in groups(some)}
    assert found == {"Agra": 2.0, "Pune": 0.5}
    assert groups(some[:3])[0].found_ratio is None


def test_groups_are_plain_json_and_the_same_with_the_same_seed():
    first, second = ([group.to_json() for group in groups(notes(4), seed=1)] for _ in range(2))
    assert json.loads(json.dumps(first)) == second
    assert {gap["measure"] for gap in first[0]["gaps"]} == {"recall", "precision", "f1"}
