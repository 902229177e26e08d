"""What a card says a model is bad at follows from its figures."""

from __future__ import annotations

from training.model_card import intended_use, limits

GOOD = {"precision": 0.9, "recall": 0.88, "f1": 0.89, "notes": 200, "entities": 900}


def scores(recall: float, notes: int = 100, entities: int = 300) -> dict[str, float]:
    return {**GOOD, "recall": recall, "notes": notes, "entities": entities}


def test_intended_use_names_the_labels_and_what_it_is_not_for() -> None:
    told = " ".join(intended_use(["DISEASE", "TREATMENT"]))
    assert "mentions of disease and treatment" in told
    assert "does not diagnose" in told


def test_limits_of_a_version_without_evaluation_say_so() -> None:
    assert limits(None, {}, {}) == ["It was not evaluated on test notes: nothing is known of its accuracy."]


def test_limits_begin_with_what_is_missed() -> None:
    assert limits(GOOD, {}, {}) == [
        "On its test notes it missed 12 of 100 marked entities, and 10 of 100 that it marked were wrong."
    ]


def test_limits_name_the_label_with_the_lowest_recall_and_those_too_rare() -> None:
    labels = {"DISEASE": scores(0.9), "TREATMENT": scores(0.7), "DOSE": scores(0.1, entities=49)}
    told = limits(GOOD, labels, {})
    assert "It is weakest on TREATMENT: it finds 70 of 100." in told
    assert "DOSE occurs 49 times in the test notes, too few to judge it." in told
    assert len(told) == 3


def test_limits_name_the_slices_far_below_the_rest_worst_first() -> None:
    slices = {
        "language": {"en": scores(0.9), "hinglish": scores(0.6, notes=31)},
        "age_band": {"0-17": scores(0.5), "65+": scores(0.831), "18-64": scores(0.2, notes=29)},
    }
    told = limits(GOOD, {}, slices)[1:]
    assert told == [
        "Notes of age band 0-17: it finds 50 of 100, against 88 in all notes (100 notes).",
        "Notes of language hinglish: it finds 60 of 100, against 88 in all notes (31 notes).",
    ]


def test_limits_name_languages_with_too_few_notes_and_a_confidence_that_is_off() -> None:
    told = limits(GOOD, {}, {}, languages={"en": 150, "hi": 3, "": 29}, ece=0.0312)
    assert "Languages with too few test notes to judge: not stated (29) and hi (3)." in told
    assert told[-1].startswith("Its confidence is off by 3.1 points")
    assert len(limits(GOOD, {}, {}, languages={"en": 30}, ece=0.03)) == 1


def test_limits_of_few_test_notes_call_every_figure_rough() -> None:
    assert "Only 12 notes tested it, where 30 are asked: every figure is rough." in limits(
        {**GOOD, "notes": 12}, {}, {}
    )
