import json

import pytest

from tests.training.note_scores import models, one_note
from training.gating import QualityRules, quality_gate, spread_of


def named(result):
    return {check.name: check for check in result.checks}


def test_quality_gate_passes_a_better_candidate_and_is_plain_json():
    candidate, champion = models(1, 300, 0.95, 0.8)
    result = quality_gate(candidate, champion, rules=QualityRules(floor_f1=0.5, label_floors={"DISEASE": 0.5}))
    assert result.passed
    assert result.notes == []
    assert json.loads(json.dumps(result.to_json())) == result.to_json()
    assert [check.name for check in result.checks] == [
        "Enough to judge",
        "F1 above its floor",
        "F1 of DISEASE above its floor",
        "Not worse than the champion",
        "No label lost: DISEASE",
        "No label lost: TREATMENT",
        "No slice lost: city: Agra",
        "No slice lost: city: Pune",
        "Spread of seeds",
    ]


def test_quality_gate_without_champion_looks_at_the_floors_alone():
    candidate, _ = models(2, 200)
    result = quality_gate(candidate, None, rules=QualityRules(floor_f1=0.6))
    assert result.passed
    assert not any("champion" in name or "lost" in name for name in named(result))


def test_quality_gate_holds_the_lower_end_of_the_interval_to_the_floor():
    candidate, _ = models(3, 200)
    f1 = named(quality_gate(candidate, None, rules=QualityRules()))["F1 above its floor"].figures["f1"]
    check = named(quality_gate(candidate, None, rules=QualityRules(floor_f1=f1 - 0.001)))["F1 above its floor"]
    assert check.passed is False
    worst = candidate[check.notes[0]].counts
    assert worst.fp + worst.fn == max(note.counts.fp + note.counts.fn for note in candidate)


def test_quality_gate_holds_each_label_to_its_own_floor():
    candidate, _ = models(4, 300, DISEASE=0.5)
    checks = named(quality_gate(candidate, None, rules=QualityRules(label_floors={"DISEASE": 0.75, "TREATMENT": 0.75})))
    assert checks["F1 of DISEASE above its floor"].passed is False
    assert checks["F1 of TREATMENT above its floor"].passed is True


def test_quality_gate_does_not_judge_a_label_that_is_rare():
    candidate, _ = models(5, 100)
    check = named(quality_gate(candidate, None, rules=QualityRules(label_floors={"ALLERGY": 0.9})))[
        "F1 of ALLERGY above its floor"
    ]
    assert check.passed is None
    assert "0 notes with 0 entities of ALLERGY are too few" in check.sentence


def test_quality_gate_fails_a_perfect_model_on_a_handful_of_notes():
    notes = [one_note(n, {"D": (2, 0, 0)}) for n in range(3)]
    check = named(quality_gate(notes, None, rules=QualityRules()))["Enough to judge"]
    assert check.passed is False
    assert "3 notes with 6 entities of gold; add gold until it has 30 notes with 50 entities." in check.sentence
    assert quality_gate(notes, None, rules=QualityRules(min_notes=1, min_entities=1)).passed


def test_quality_gate_fails_one_label_lost_behind_an_overall_gain():
    candidate, champion = models(6, 400, 0.98, 0.8, DISEASE=0.68)
    result = quality_gate(candidate, champion, rules=QualityRules(margin=0.02))
    assert named(result)["No label lost: DISEASE"].passed is False
    assert named(result)["No label lost: TREATMENT"].passed
    assert not result.passed
    assert result.notes


def test_quality_gate_fails_the_lucky_seed_and_passes_the_middle_one():
    candidate, _ = models(7, 200)
    own = named(quality_gate(candidate, None, rules=QualityRules()))["F1 above its floor"].figures["f1"]
    lucky = QualityRules(seed_f1s=[own, own - 0.03, own - 0.04])
    middle = QualityRules(seed_f1s=[own, own - 0.03, own + 0.04])
    found = [named(quality_gate(candidate, None, rules=rules))["Spread of seeds"] for rules in (lucky, middle)]
    assert [check.passed for check in found] == [False, True]
    assert "3 seeds differs by 4.0 points; this one is +3.0 points from the middle one" in found[0].sentence


def test_quality_gate_looks_at_the_facets_that_rules_name():
    candidate, champion = models(8, 120)
    assert not any("slice" in name for name in named(quality_gate(candidate, champion, rules=QualityRules(facets=[]))))


def test_quality_gate_same_seed_same_answer():
    sides = models(9, 100)
    first, second = (quality_gate(*sides, rules=QualityRules(), seed=3).to_json() for _ in range(2))
    assert first == second


def test_quality_gate_refuses_no_notes_and_other_notes():
    candidate, champion = models(10, 40)
    with pytest.raises(ValueError, match="0 notes"):
        quality_gate([], None, rules=QualityRules())
    with pytest.raises(ValueError, match="score both on one test set"):
        quality_gate(candidate, champion[1:], rules=QualityRules())


def test_spread_of_seeds():
    assert (spread_of([]), spread_of([0.8]), spread_of([0.8, 0.9, 0.85])) == (0.0, 0.0, pytest.approx(0.1))
