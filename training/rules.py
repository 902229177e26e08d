"""The rules of training, gates and approval: what each means, its default and its bounds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

UAT_WHEN = ("always", "first", "never")
DEPLOY_HOW = ("at_once", "canary")


class RulesError(ValueError):
    """A rule has a value that it can't have; the message says which and what it takes."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When a training starts, what a candidate must show, and who must sign. Shares are fractions of 1."""

    # Triggers: this much new gold, once nobody has added any for so long; 0 days is no schedule.
    automatic: bool = True
    new_gold: int = 50
    settle_minutes: int = 10
    every_days: int = 0
    cooldown_hours: int = 1
    # What is trained.
    recipe: str = "clinical"
    seeds: int = 1
    settings: dict[str, Any] = field(default_factory=dict)
    # Quality gate: the champion minus so much at most; the floor of F1 overall and by label, by the interval's low end.
    margin: float = 0.02
    floor: float = 0.0
    label_floors: dict[str, float] = field(default_factory=dict)
    slice_notes: int = 30
    slice_entities: int = 50
    # Integration gate.
    latency_ms: float = 500.0
    memory_mb: float = 900.0
    # Clinicians' test: always, for the first model of a project, or never; on so many notes; the worse share allowed.
    uat: str = "never"
    uat_notes: int = 20
    uat_worse: float = 0.3
    # Approval asks for the password again.
    reauthenticate: bool = True
    # Service: at once, or by a canary with a share of the callers, then a larger one, then all.
    deploy: str = "at_once"
    canary_first: float = 0.05
    canary_second: float = 0.25
    bake_minutes: float = 10.0
    stage_requests: int = 200
    # Its alarms: shares; times the champion's p95; points above the champion's share; more or fewer than its mean.
    alarm_failed: float = 0.02
    alarm_wrong: float = 0.01
    alarm_latency: float = 2.0
    alarm_empty: float = 0.2
    alarm_entities: float = 0.3
    alarm_doubtful: float = 0.15
    alarm_disagreement: float = 0.3
    # A shadow reads this share of the notes.
    shadow_share: float = 0.2

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


BOUNDS: dict[str, tuple[float, float]] = {
    "new_gold": (1, 1_000_000),
    "settle_minutes": (0, 1440),
    "every_days": (0, 365),
    "cooldown_hours": (0, 720),
    "seeds": (1, 9),
    "margin": (0, 0.2),
    "floor": (0, 1),
    "slice_notes": (1, 10_000),
    "slice_entities": (1, 100_000),
    "latency_ms": (1, 60_000),
    "memory_mb": (50, 64_000),
    "uat_notes": (1, 500),
    "uat_worse": (0, 1),
    "canary_first": (0.01, 0.5),
    "canary_second": (0.01, 0.9),
    "bake_minutes": (0, 10_080),
    "stage_requests": (1, 10_000_000),
    "alarm_failed": (0.001, 0.5),
    "alarm_wrong": (0.001, 0.5),
    "alarm_latency": (1, 20),
    "alarm_empty": (0.01, 1),
    "alarm_entities": (0.01, 1),
    "alarm_doubtful": (0.01, 1),
    "alarm_disagreement": (0.01, 0.99),
    "shadow_share": (0.01, 1),
}


def read(values: Mapping[str, Any]) -> Rules:
    """The rules with these values, defaults for the rest. Raises RulesError on what is unknown or out of bounds."""
    known = {one.name for one in fields(Rules)}
    for name in values:
        if name not in known:
            raise RulesError(f"There is no rule {name!r}; there are {', '.join(sorted(known))}.")
    rules = Rules(**values)
    for name, (low, high) in BOUNDS.items():
        value = getattr(rules, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise RulesError(f"{name} is {value!r}; give a number from {low:g} to {high:g}.")
    if rules.uat not in UAT_WHEN:
        raise RulesError(f"uat is {rules.uat!r}; use one of {', '.join(UAT_WHEN)}.")
    if rules.deploy not in DEPLOY_HOW:
        raise RulesError(f"deploy is {rules.deploy!r}; use one of {', '.join(DEPLOY_HOW)}.")
    for label, floor in rules.label_floors.items():
        if not isinstance(floor, int | float) or not 0 <= floor <= 1:
            raise RulesError(f"The floor of {label} is {floor!r}; give a share from 0 to 1.")
    return rules
