"""The verdict on the target: only an interval that lies wholly on one side decides."""

from __future__ import annotations

import pytest

from monitoring.kpi import verdict
from monitoring.policy import Values

VALUES = Values(target=0.85, floor=0.80, audited_notes=100)


@pytest.mark.parametrize(
    ("low", "high", "notes", "name"),
    [
        (0.85, 0.91, 100, "met"),
        (0.849, 0.91, 100, "undecided"),
        (0.80, 0.85, 100, "undecided"),
        (0.79, 0.849, 100, "missed"),
        (0.75, 0.80, 100, "missed"),
        (0.75, 0.799, 100, "below_floor"),
        (0.95, 0.99, 99, "too_few"),
    ],
)
def test_verdict(low: float, high: float, notes: int, name: str) -> None:
    found = verdict({"f1": (low + high) / 2, "low": low, "high": high, "notes": notes}, VALUES)
    assert found.name == name
    assert found.tells == (name != "too_few")


def test_too_few_says_how_many_there_are() -> None:
    found = verdict({"f1": 0.9, "low": 0.8, "high": 1.0, "notes": 37}, VALUES)
    assert found.sentence == "Not enough audited notes (37 of 100)."


def test_undecided_says_how_many_notes_would_tell_more() -> None:
    wide = verdict({"f1": 0.85, "low": 0.79, "high": 0.91, "notes": 100}, VALUES)
    assert wide.sentence.endswith("F1 is known to ±6.0 points; 300 more audited notes would make it ±3.")
    narrow = verdict({"f1": 0.85, "low": 0.83, "high": 0.87, "notes": 400}, VALUES)
    assert narrow.sentence.endswith("F1 is known to ±2.0 points.")
