"""The policy in plain words: what each setting that has an effect means, its unit, how it reads. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitoring.policy import Values


@dataclass(frozen=True, slots=True)
class Setting:
    """`unit` "%" is a share, shown times 100."""

    name: str
    title: str
    unit: str
    help: str
    group: str = "Accuracy"

    @property
    def times(self) -> int:
        return 100 if self.unit == "%" else 1


ACCURACY, WINDOWS, FRESHNESS = "Accuracy", "Windows", "Freshness"
OUTAGES, RESPONSE = "Outages", "Response"
SETTINGS = (
    Setting("target", "Target of F1", "%", "What is promised. It is met when the whole 95 % interval reaches it."),
    Setting("floor", "Floor of F1", "%", "What is never accepted. Below it is an interval that lies wholly under it."),
    Setting("audited_notes", "Audited notes needed", "notes", "With fewer, no figure of accuracy is told."),
    Setting("group_gap", "Allowed gap of a group", "%", "A group is unfair when its whole interval lies further off."),
    Setting("window_days", "Length of a window", "days", "After so many days a champion is judged anew.", WINDOWS),
    Setting("window_notes", "Answers needed", "answers", "A window with fewer says nothing about drift.", WINDOWS),
    Setting("reference_notes", "Notes of a reference", "notes", "So many, or the days below.", WINDOWS),
    Setting("reference_days", "Days of a reference", "days", "So many, or the notes above.", WINDOWS),
    Setting("quiet_days", "Quiet days", "days", "With too few answers for longer, somebody is told.", WINDOWS),
    Setting("fresh_days", "Age of a model", "days", "With a champion trained longer ago, somebody is told.", FRESHNESS),
    Setting("audit_days", "Days without an audit", "days", "Without one for longer, somebody is told.", FRESHNESS),
    Setting("outage_failed", "Failed requests", "%", "More than this in an hour or a window is critical.", OUTAGES),
    Setting("outage_empty", "Empty answers", "%", "More than this in an hour or a window is critical.", OUTAGES),
    Setting("format_failures", "Unusable inputs", "%", "More inputs that are no notes are critical.", OUTAGES),
    Setting("outage_notes", "From so many", "requests", "With fewer, no share of them is an outage.", OUTAGES),
    Setting("automation", "What is done by itself", "", "Nothing, or up to: collect, train, approve.", RESPONSE),
    Setting("collect_notes", "Notes asked for", "notes", "Of drifted slices, and doubtful ones.", RESPONSE),
    Setting("collect_gold", "Gold that starts a training", "notes", "New gold since the last snapshot.", RESPONSE),
    Setting("tries", "Failed trainings", "trainings", "After so many, people investigate.", RESPONSE),
    Setting("cooldown_hours", "Between trainings", "hours", "The policy starts no other one sooner.", RESPONSE),
    Setting("review_below", "Review below", "score", "While critical, the API asks for a review below it.", RESPONSE),
)
GROUPS = (ACCURACY, WINDOWS, FRESHNESS, OUTAGES, RESPONSE)
_BY_NAME = {one.name: one for one in SETTINGS}


def read_out(name: str, value: Any) -> str:
    """A setting's value with its unit."""
    one = _BY_NAME.get(name)
    if one is None or isinstance(value, str):
        return str(value)
    return f"{one.times * value:g} {one.unit}"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What a version changed: ``Target of F1: 85 %, now 90 %``. What is missing has its default."""
    defaults = Values().to_json()
    old, new = {**defaults, **before}, {**defaults, **after}
    changed = [name for name, value in new.items() if old[name] != value]
    return [f"{_title(name)}: {read_out(name, old[name])}, now {read_out(name, new[name])}" for name in changed]


def _title(name: str) -> str:
    return _BY_NAME[name].title if name in _BY_NAME else name
