"""What the page of a roll-out shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitoring.traffic.live import Live, live, serving_in
from monitoring.traffic.split import test_of
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
        "rows": _rows(rollout, now) if running else [],
        "test": test_of(rollout, standing) if rollout.kind == Kind.AB else None,
        "at": now,
    }


def _rows(rollout: Rollout, now: datetime) -> list[Live]:
    """The two that are compared; a third one that answers takes its share of the callers too."""
    both = (rollout.champion_id, rollout.deployment_id)
    return [row for row in live(serving_in(rollout.project), now) if row.deployment.pk in both]
