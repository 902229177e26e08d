"""The policy's settings: what each means, its default and its bounds. Shares are fractions of 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

AUTOMATION = ("none", "collect", "retrain", "approve")


class ValuesError(ValueError):
    """A setting has a value that it can't have; the message says which and what it takes."""


@dataclass(frozen=True, slots=True)
class Values:
    """Targets, thresholds, how far automation goes. Defaults: ``statistics.md`` C1 and C4, ``ml.md``, ``mlops.md``."""

    # The KPI, strict F1 of audited notes: what is promised, what is never accepted, from how many notes it is told.
    target: float = 0.85
    floor: float = 0.80
    audited_notes: int = 100
    # A window, in days, and the answers without which it says nothing.
    window_days: int = 7
    window_notes: int = 200
    # A reference is full with so many notes, or after so many days.
    reference_notes: int = 500
    reference_days: int = 7
    # Alarms of a single window, once it has so many answers: failed, empty, and inputs that are no notes.
    outage_notes: int = 50
    outage_failed: float = 0.05
    outage_empty: float = 0.9
    format_failures: float = 0.05
    # A gap between a group and the rest that is allowed to either side.
    group_gap: float = 0.05
    # Days without enough answers until somebody is told.
    quiet_days: int = 7
    # Days since the champion was trained, and since an audit was finished, until somebody is told.
    fresh_days: int = 180
    audit_days: int = 28
    # What is done by itself: nothing, collecting labels, also training, also approval of what passes every gate.
    automation: str = "retrain"
    # Of a response: notes that are asked of people, gold that starts a training, failed trainings that are enough.
    collect_notes: int = 100
    collect_gold: int = 50
    tries: int = 2
    # Hours between two trainings that the policy starts.
    cooldown_hours: int = 24
    # While the level is critical the API asks for a review of every entity below this score.
    review_below: float = 0.95

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


BOUNDS: dict[str, tuple[float, float]] = {
    "target": (0, 1),
    "floor": (0, 1),
    "audited_notes": (20, 100_000),
    "window_days": (1, 28),
    "window_notes": (50, 1_000_000),
    "reference_notes": (50, 1_000_000),
    "reference_days": (1, 90),
    "outage_notes": (10, 100_000),
    "outage_failed": (0.001, 1),
    "outage_empty": (0.05, 1),
    "format_failures": (0.001, 1),
    "group_gap": (0.01, 0.5),
    "quiet_days": (1, 90),
    "fresh_days": (1, 730),
    "audit_days": (1, 730),
    "collect_notes": (1, 10_000),
    "collect_gold": (1, 100_000),
    "tries": (1, 10),
    "cooldown_hours": (0, 720),
    "review_below": (0, 1),
}


def read(values: Mapping[str, Any]) -> Values:
    """The settings with these values, defaults for the rest. Raises ValuesError on what is unknown or out of bounds."""
    known = {one.name: one.type for one in fields(Values)}
    for name in values:
        if name not in known:
            raise ValuesError(f"There is no setting {name!r}; there are {', '.join(sorted(known))}.")
    found = Values(**values)
    for name, (low, high) in BOUNDS.items():
        _check(name, getattr(found, name), low, high, whole=known[name] == "int")
    if found.automation not in AUTOMATION:
        raise ValuesError(f"automation is {found.automation!r}; use one of {', '.join(AUTOMATION)}.")
    if found.floor > found.target:
        raise ValuesError(f"The floor {found.floor:g} is above the target {found.target:g}; lower it.")
    return found


def _check(name: str, value: object, low: float, high: float, *, whole: bool) -> None:
    takes = "a whole number" if whole else "a number"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not low <= value <= high:
        raise ValuesError(f"{name} is {value!r}; give {takes} from {low:g} to {high:g}.")
