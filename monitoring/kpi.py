"""What the KPI says about its target, decided by its interval. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from monitoring.policy import Values

# Points of F1 to either side: with so narrow an interval a figure is worth acting on (``statistics.md`` C1).
NARROW = 0.03


@dataclass(frozen=True, slots=True)
class Verdict:
    """`name`: too_few, below_floor, missed, met or undecided; `title` and `sentence` for people."""

    name: str
    title: str
    sentence: str

    @property
    def tells(self) -> bool:
        """Whether there are enough notes for a figure at all."""
        return self.name != "too_few"


def verdict(scores: Mapping[str, Any], values: Values) -> Verdict:
    """The verdict on ``{f1, low, high, notes}``: only an interval that lies wholly on one side decides."""
    notes, target, floor = scores["notes"], f"{100 * values.target:g} %", f"{100 * values.floor:g} %"
    if notes < values.audited_notes:
        return Verdict("too_few", "Too few notes", f"Not enough audited notes ({notes:,} of {values.audited_notes:,}).")
    if scores["high"] < values.floor:
        return Verdict("below_floor", "Below the floor", f"The whole interval lies below the floor of {floor}.")
    if scores["high"] < values.target:
        return Verdict("missed", "Target not met", f"The whole interval lies below the target of {target}.")
    if scores["low"] >= values.target:
        return Verdict("met", "Target met", f"The whole interval reaches the target of {target}.")
    return Verdict("undecided", "Can't tell yet", f"The target of {target} lies within the interval. {_more(scores)}")


def _more(scores: Mapping[str, Any]) -> str:
    """How many notes would narrow the interval; its width falls with the root of their number."""
    half = (scores["high"] - scores["low"]) / 2
    more = ceil(scores["notes"] * ((half / NARROW) ** 2 - 1))
    now = f"F1 is known to ±{100 * half:.1f} points"
    return f"{now}; {more:,} more audited notes would make it ±{100 * NARROW:.0f}." if more > 0 else f"{now}."
