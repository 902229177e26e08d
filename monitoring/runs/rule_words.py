"""The rules of training in plain words: what each means, its unit, and how its value reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.rules import Rules


@dataclass(frozen=True, slots=True)
class Rule:
    """`unit` "%" is a share, shown times 100; `help` is for people."""

    name: str
    title: str
    unit: str = ""
    help: str = ""


GROUPS: dict[str, tuple[Rule, ...]] = {
    "When a training starts": (
        Rule("automatic", "Start trainings by itself", help="When off, only people and the API start one."),
        Rule("new_gold", "New gold needed", "notes", "New or changed gold since the last dataset."),
        Rule("settle_minutes", "Quiet time", "minutes", "So long nobody added gold before a training starts."),
        Rule("every_days", "Schedule", "days", "Also train after so many days when there is any new gold. 0: never."),
        Rule("cooldown_hours", "Rest between trainings", "hours", "Counted from the start of the last one."),
    ),
    "What is trained": (
        Rule("recipe", "Recipe"),
        Rule("seeds", "Seeds", help="Trains once with each and keeps the one in the middle."),
        Rule("settings", "Settings", help='As JSON, only what differs from the recipe: {"max_steps": 800}.'),
    ),
    "Gate of quality": (
        Rule("margin", "Most that may be lost", "%", "Points of F1 that a candidate may lie below the champion."),
        Rule("floor", "Floor of F1", "%", "The low end of the 95 % interval must reach it. 0: no floor."),
        Rule("label_floors", "Floors of labels", "%", "By label, as above. Empty: no floor."),
        Rule("slice_notes", "Smallest slice", "notes", "Slices and test sets of fewer are not judged."),
        Rule("slice_entities", "Smallest slice by what is in it", "entities", "As above."),
    ),
    "Gate of integration": (
        Rule("latency_ms", "Time of a note", "milliseconds", "95 of 100 notes must be read in it."),
        Rule("memory_mb", "Memory", "MB", "Of a process that has loaded the model."),
    ),
    "Clinicians' test and approval": (
        Rule("uat", "Clinicians compare", help="Side by side, blind, before a version can be approved."),
        Rule("uat_notes", "Size of their sample", "notes"),
        Rule("uat_worse", "Most that may be worse", "%", "Share of the notes on which the candidate may be worse."),
        Rule("reauthenticate", "Ask for the password again", help="When somebody approves or overrides."),
    ),
    "Service": (
        Rule("deploy", "Put in service", help="What the form of approval proposes; the first version always at once."),
        Rule("canary_first", "First stage of a canary", "%", "Share of the callers that it answers."),
        Rule("canary_second", "Second stage", "%", "After it come all callers, then it is champion."),
        Rule("bake_minutes", "A stage lasts", "minutes", "At least so long."),
        Rule("stage_requests", "A stage takes", "requests", "At least so many, of the canary."),
        Rule("shadow_share", "A shadow reads", "%", "Share of the notes that it is tried on."),
    ),
    "Alarms of a canary: it is taken back by itself when it plainly has": (
        Rule("alarm_failed", "Requests not answered", "%", "More than this share."),
        Rule("alarm_wrong", "Answers wrong in form", "%", "Entities outside the text or of unknown labels, as above."),
        Rule("alarm_latency", "Slow answers", "times", "A p95 beyond so many times the champion's, and 100 ms."),
        Rule("alarm_empty", "Notes without an entity", "%", "So many points more than the champion."),
        Rule("alarm_entities", "Entities a note", "%", "So much more or fewer than the champion's mean."),
        Rule("alarm_doubtful", "Notes with a doubtful entity", "%", "So many points more than the champion."),
        Rule(
            "alarm_disagreement", "Notes read otherwise", "%", "Share on which less than half agrees with the champion."
        ),
    ),
}
RULES = {rule.name: rule for rules in GROUPS.values() for rule in rules}
UAT = {"always": "for every version", "first": "for the first version of the project", "never": "never"}

DEPLOY = {"at_once": "at once", "canary": "by canary"}
CHOICES = {"uat": UAT, "deploy": DEPLOY}


def read_out(name: str, value: Any) -> str:
    """A rule's value in words, with its unit."""
    unit = RULES[name].unit if name in RULES else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {read_out('floor' if unit else '', one)}" for key, one in value.items()) or "none"
    if isinstance(value, int | float):
        return "never" if name == "every_days" and not value else _figure(value, unit)
    return str(CHOICES.get(name, {}).get(value, value))


def _figure(value: float, unit: str) -> str:
    if unit == "%":
        return f"{100 * value:g} %"
    return f"{value:,} {unit}".strip() if isinstance(value, int) else f"{value:,g} {unit}".strip()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What a version changed: ``New gold needed: 50 notes, now 20 notes``. What is missing has its default."""
    defaults = Rules().to_json()
    old, new = {**defaults, **before}, {**defaults, **after}
    changed = [name for name in new if old.get(name) != new[name]]
    return [f"{_title(name)}: {read_out(name, old.get(name))}, now {read_out(name, new[name])}" for name in changed]


def _title(name: str) -> str:
    return RULES[name].title if name in RULES else name
