"""What a doctor may say of an answer, and what the note is then by their account."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.spans import Span
from training.verdicts import Verdict, VerdictError, corrected, counts, in_code_points, settle, verdicts_from_json

TEXT = "Known T2DM, hypertension. Tab Metformin 500."
T2DM, HTN, DRUG = Span(6, 10, "DISEASE"), Span(12, 24, "DISEASE"), Span(30, 39, "TREATMENT")
LABELS = ("DISEASE", "TREATMENT")


def said(*rows: tuple[int, int, str, str]) -> list[Verdict]:
    return [Verdict(*row) for row in rows]


def settled(rows: list[Verdict], *, complete: bool = False, predicted: tuple[Span, ...] = (T2DM, HTN)) -> Any:
    return settle(rows, predicted, text=TEXT, labels=LABELS, complete=complete)


def test_labels_of_what_was_found_are_filled_in() -> None:
    rows = settled(said((6, 10, "", "accepted"), (12, 24, "DISEASE", "rejected"), (30, 39, "TREATMENT", "added")))
    assert [row.span for row in rows] == [T2DM, HTN, DRUG]
    assert counts(rows) == {"accepted": 1, "rejected": 1, "added": 1}
    assert corrected((T2DM, HTN), rows) == [T2DM, DRUG]


def test_complete_feedback_accepts_what_it_does_not_name() -> None:
    assert counts(settled(said((6, 10, "", "rejected")), complete=True)) == {"accepted": 1, "rejected": 1, "added": 0}
    assert counts(settled([], complete=True)) == {"accepted": 2, "rejected": 0, "added": 0}


def test_added_entity_takes_the_place_of_what_it_lies_over() -> None:
    rows = settled(said((0, 10, "DISEASE", "added")))
    assert corrected((T2DM, HTN), rows) == [Span(0, 10, "DISEASE"), HTN]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (said((6, 9, "", "accepted")), "entities[0] at 6-9 is not in the answer"),
        (said((6, 10, "TREATMENT", "rejected")), "not in the answer"),
        (said((6, 10, "DISEASE", "added")), "found by the model already"),
        (said((6, 10, "", "accepted"), (6, 10, "", "rejected")), "entities[1] says something of an entity"),
        (said((30, 45, "TREATMENT", "added")), "outside the text of 44 characters"),
        (said((29, 39, "TREATMENT", "added")), "starts or ends in white space"),
        (said((30, 39, "Dose", "added")), "unknown label"),
        (said((30, 39, "TREATMENT", "added"), (32, 39, "TREATMENT", "added")), "overlaps"),
    ],
)
def test_verdict_that_can_not_be_is_refused_by_its_place(rows: list[Verdict], says: str) -> None:
    with pytest.raises(VerdictError, match=says.replace("[", r"\[")):
        settled(rows)


def test_two_entities_with_the_same_offsets_need_their_label() -> None:
    both = (T2DM, Span(6, 10, "TREATMENT"))
    with pytest.raises(VerdictError, match="one of several"):
        settled(said((6, 10, "", "accepted")), predicted=both)
    assert settled(said((6, 10, "TREATMENT", "accepted")), predicted=both)[0].label == "TREATMENT"


@pytest.mark.parametrize(
    "rows",
    [
        None, {}, "x", [1], [{}], [{"start": 0, "end": 4}], [{"start": True, "end": 4, "verdict": "accepted"}],
        [{"start": 4, "end": 4, "verdict": "accepted"}], [{"start": -1, "end": 4, "verdict": "accepted"}],
        [{"start": 0, "end": 10**9, "verdict": "accepted"}], [{"start": 0, "end": 4, "verdict": "right"}],
        [{"start": 0, "end": 4, "verdict": "added"}], [{"start": 0, "end": 4, "verdict": ["added"]}],
        [{"start": 0, "end": 4, "verdict": "accepted", "label": 7}],
        [{"start": 0, "end": 4, "verdict": "accepted", "txt": "Canary"}],
        [{"start": 0, "end": 4, "verdict": "accepted"}] * 5_001,
    ],
)  # fmt: skip
def test_rows_of_another_shape_are_refused(rows: object) -> None:
    with pytest.raises(VerdictError) as refused:
        verdicts_from_json(rows)
    assert "Canary" not in str(refused.value)


def test_utf16_offsets_become_code_points() -> None:
    assert in_code_points("😀 fever", said((3, 8, "", "accepted")))[0][:2] == (2, 7)
    with pytest.raises(VerdictError, match="cuts a character"):
        in_code_points("😀 fever", said((1, 8, "", "accepted")))
