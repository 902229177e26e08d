"""Takes back runs whose worker is lost, tells the queue of runs that wait for it, and sweeps what nobody needs."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from training.leftovers import clean_up, sweep_exports, sweep_uploads, sweep_work
from training.models import Run, Step
from training.nudges import nudge
from training.runs import end, wake, wake_if_over

LOST_AFTER = timedelta(seconds=30)
NUDGE_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 3

logger = logging.getLogger(__name__)


def reap() -> list[int]:
    """Take back runs whose worker is lost, and tell the queue (again) of those that wait for it; their ids."""
    sweep_uploads()
    sweep_exports()
    sweep_work()
    for run in Run.objects.filter(status=Run.Status.RUNNING, heartbeat_at__lt=timezone.now() - LOST_AFTER):
        _take_back(run)
    _wake_experiments()
    due = Q(nudged_at=None) | Q(nudged_at__lt=timezone.now() - NUDGE_AFTER)
    waiting = list(Run.objects.filter(due, status=Run.Status.QUEUED))
    Run.objects.filter(pk__in=[run.pk for run in waiting]).update(nudged_at=timezone.now())
    for run in waiting:
        nudge(run)
    return [run.pk for run in waiting]


def _take_back(run: Run) -> None:
    rows = Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.RUNNING, heartbeat_at=run.heartbeat_at)
    with transaction.atomic():
        if run.lost + 1 < MAX_ATTEMPTS:
            if rows.update(status=Run.Status.QUEUED, heartbeat_at=None, nudged_at=None, lost=run.lost + 1):
                run.steps.exclude(status__in=Step.DONE).update(status=Step.Status.PENDING, progress=0, message="")
            logger.warning("run %s lost its worker in attempt %s and is queued again", run.pk, run.attempt)
            return
        reason = f"Lost its worker {run.lost + 1} times (killed or out of memory); look at the worker's log."
        if end(rows, Run.Status.FAILED, error=reason):
            run.steps.filter(status=Step.Status.RUNNING).update(
                status=Step.Status.FAILED, message="worker lost", ended_at=timezone.now()
            )
    clean_up(run.pk)
    wake(run.parent_id)


def _wake_experiments() -> None:
    """Whose last trial ended in a worker that was killed before it could say so."""
    asleep = Run.objects.filter(status=Run.Status.WAITING, kind=Run.Kind.EXPERIMENT)
    for run in asleep:
        wake_if_over(run.pk)
