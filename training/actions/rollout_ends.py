"""Roll-outs end: each by one guarded update, together with the deployment of their version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.models import User
from training import runs
from training.models import Deployment, ModelVersion, Rollout

Status = Rollout.Status


@transaction.atomic
def close(
    *,
    rollout: Rollout,
    status: Rollout.Status,
    by: User,
    reason: str,
    result: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> bool:
    """End a running roll-out; False when it was over already, and then nothing is changed.

    `result` replaces what is kept of its figures. The pipeline that waits for it looks again.
    """
    at = at or timezone.now()
    told: dict[str, Any] = {} if result is None else {"result": result}
    rows = Rollout.objects.running().filter(pk=rollout.pk)
    if not rows.update(status=status, ended_at=at, ended_by=by, reason=reason, **told):
        return False
    ending = Deployment.Status.ROLLED_BACK if status == Status.ROLLED_BACK else Deployment.Status.RETIRED
    serving = Deployment.objects.active().filter(pk=rollout.deployment_id)
    serving.update(status=ending, ended_at=at, ended_by=by, end_reason=reason)
    rollout.refresh_from_db()
    runs.wake(rollout.model.run_id)
    return True


def end_all(*, project_id: int, by: User, reason: str, at: datetime) -> None:
    """The champion that they are measured against goes, so what runs beside it says nothing more."""
    for rollout in Rollout.objects.running().filter(project=project_id).select_related("model"):
        close(rollout=rollout, status=Status.ENDED, by=by, reason=reason, at=at)


def end_of(*, model: ModelVersion, by: User, reason: str) -> None:
    """End what runs with this version: it is not wanted any more."""
    for rollout in Rollout.objects.running().filter(model=model).select_related("model"):
        close(rollout=rollout, status=Status.ENDED, by=by, reason=reason)
