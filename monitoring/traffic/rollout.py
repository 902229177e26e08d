"""What the page of a roll-out shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitoring.traffic.live import live
from monitoring.traffic.stages import alarm_rows, alarms_at_end, now_sentence, shadow_sentence, stages_of
from training.models import Rollout
from training.rollouts import standing_of

Kind = Rollout.Kind


def shown(rollout: Rollout, now: datetime) -> dict[str, Any]:
    """State, stages, alarms and live figures."""
    running = rollout.status == Rollout.Status.RUNNING
    standing = standing_of(rollout, now)
    alarms = standing.alarms if running else alarms_at_end(rollout)
    answers = rollout.kind != Kind.SHADOW
    return {
        "rollout": rollout,
        "running": running,
        "now": now_sentence(rollout, standing) if answers else shadow_sentence(rollout),
        "stages": stages_of(rollout, standing) if rollout.kind == Kind.CANARY else [],
        "alarms": alarm_rows(alarms) if answers else [],
        "rows": live([rollout.champion, rollout.deployment], now) if running else [],
        "at": now,
    }
