"""The words of a response: its states, the events that move it, what has to be done. Source: ``mlops.md`` E4."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitoring.policy.level import Level


class State(StrEnum):
    IDLE = "idle"
    COLLECTING = "collecting"
    RETRAINING = "retraining"
    AWAITING_APPROVAL = "awaiting_approval"
    DEPLOYING = "deploying"
    INVESTIGATING = "investigating"
    SNOOZED = "snoozed"


class Kind(StrEnum):
    LEVEL = "level"
    ENOUGH_GOLD = "enough_gold"
    GATES_PASSED = "gates_passed"
    FAILED = "failed"
    APPROVED = "approved"
    REJECTED = "rejected"
    DEPLOYED = "deployed"
    ROLLED_BACK = "rolled_back"
    UAT_PASSED = "uat_passed"
    # By people.
    OVERRIDE = "override"
    RETRAIN = "retrain"
    INVESTIGATE = "investigate"
    STOP = "stop"
    RESUME = "resume"
    # By the clock.
    EXPIRED = "expired"


class Action(StrEnum):
    COLLECT = "collect"
    AUDIT_TWICE = "audit_twice"
    AUDIT_FOUR_TIMES = "audit_four_times"
    AUDIT_AS_USUAL = "audit_as_usual"
    START_PIPELINE = "start_pipeline"
    CANCEL_PIPELINE = "cancel_pipeline"
    APPROVE = "approve"
    DEPLOY = "deploy"
    STOP_ROLLOUT = "stop_rollout"
    OPEN_INVESTIGATION = "open_investigation"
    RESCORE_STANDBYS = "rescore_standbys"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    NEEDS_REVIEW_ON = "needs_review_on"
    NEEDS_REVIEW_OFF = "needs_review_off"
    NEW_REFERENCE = "new_reference"
    NOTIFY = "notify"


@dataclass(frozen=True, slots=True)
class Event:
    """`level` comes with LEVEL, `until` with OVERRIDE."""

    kind: Kind
    level: Level | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a response stands. `tested`: the version on its way has passed the clinicians' test."""

    state: State = State.IDLE
    level: Level = Level.NO_BASELINE
    tries: int = 0
    tested: bool = False
    stopped: bool = False
    retrained_at: datetime | None = None
    snoozed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Where it stands now, what has to be done, and why in a sentence. `moved`: a decision goes on record."""

    standing: Standing
    actions: tuple[Action, ...]
    sentence: str
    moved: bool = True


class NotNowError(ValueError):
    """What a person asked for does not fit; the message says why and what does."""
