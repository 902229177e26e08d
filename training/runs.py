"""Carries out runs. The row is the truth: a run is claimed, reported on and ended by guarded updates of its row."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from annotation.errors import ActionError
from training import ner, provenance
from training.lease import AWAY, Heartbeat, Lease, LeaseLost, patiently
from training.leftovers import clean_up, sweep_exports, sweep_uploads
from training.models import Run, Step
from training.pipelines import PIPELINES, StepSpec
from training.steps import Context

LOST_AFTER = timedelta(seconds=30)
NUDGE_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 3
REPORT_SECONDS = 0.4

logger = logging.getLogger(__name__)


def execute(run_id: int) -> None:
    """Do the run unless somebody else has it or it is over. Never raises what the work raised: it is in the row."""
    run = claim(run_id)
    if run is None:
        return
    lease = Lease(run.pk, run.attempt)
    logger.info("run %s attempt %s started", run.pk, run.attempt)
    try:
        with Heartbeat(lease):
            _walk(run, lease)
    except LeaseLost:
        logger.info("run %s attempt %s was stopped", run.pk, run.attempt)
    except AWAY as error:
        # Nothing can be written down now; without a heartbeat the reaper gives the run another attempt.
        logger.warning("run %s attempt %s lost the database: %s", run.pk, run.attempt, type(error).__name__)
        connection.close()
        return
    except (ActionError, ner.TrainingError, ner.ArtefactError) as error:
        _fail(run, str(error), error)
    except Exception as error:
        # The message of an unforeseen error may quote what it was working on: a note.
        _fail(
            run, f"{type(error).__name__} in step {{step}}; see the worker's log, start it again or report it.", error
        )
    clean_up(run.pk)


def claim(run_id: int) -> Run | None:
    """Take a queued run; None when it is not there to be taken."""
    now = timezone.now()
    taken = Run.objects.filter(pk=run_id, status=Run.Status.QUEUED).update(
        status=Run.Status.RUNNING,
        attempt=F("attempt") + 1,
        heartbeat_at=now,
        started_at=now,
        worker=f"{socket.gethostname()}:{os.getpid()}"[:120],
        environment=provenance.environment(),
        error="",
    )
    if not taken:
        return None
    run = Run.objects.select_related("project", "created_by").get(pk=run_id)
    run.steps.update(status=Step.Status.PENDING, progress=0, message="", outputs={}, started_at=None, ended_at=None)
    return run


def _walk(run: Run, lease: Lease) -> None:
    context = Context(run=run, progress=lambda share, message: None)
    steps = list(zip(run.steps.order_by("position"), PIPELINES[run.kind], strict=True))
    for step, spec in steps:
        context.progress = _reporter(step, lease)
        patiently(partial(_begin, step, lease))
        _carry_out(step, spec, context, partial(_close, step, lease, last=step is steps[-1][0]))
    logger.info("run %s succeeded", run.pk)


def _begin(step: Step, lease: Lease) -> None:
    lease.renew()
    Step.objects.filter(pk=step.pk).update(status=Step.Status.RUNNING, started_at=timezone.now())


def _carry_out(step: Step, spec: StepSpec, context: Context, close: Callable[[dict[str, Any]], None]) -> None:
    if not spec.atomic:
        outputs = spec.do(context)
        patiently(partial(close, outputs))
        return
    # What such a step writes, the news that it is done and the run's end are one: a lost lease leaves none of them.
    with transaction.atomic():
        close(spec.do(context))


@transaction.atomic
def _close(step: Step, lease: Lease, outputs: dict[str, Any], *, last: bool) -> None:
    lease.renew()
    now = timezone.now()
    Step.objects.filter(pk=step.pk).update(status=Step.Status.SUCCEEDED, progress=1, outputs=outputs, ended_at=now)
    if last:
        rows = Run.objects.filter(pk=lease.run_id, attempt=lease.attempt, status=Run.Status.RUNNING)
        _end(rows, Run.Status.SUCCEEDED)


def _reporter(step: Step, lease: Lease) -> Callable[[float, str], None]:
    last = 0.0

    def report(share: float, message: str) -> None:
        nonlocal last
        if time.monotonic() - last < REPORT_SECONDS:
            return
        last = time.monotonic()
        try:
            lease.renew()
            Step.objects.filter(pk=step.pk).update(progress=min(max(share, 0.0), 1.0), message=message[:200])
        except AWAY:
            # The work goes on without the database for a while; only inside a transaction that is not possible.
            if connection.in_atomic_block:
                raise
            connection.close()

    return report


def _fail(run: Run, reason: str, error: Exception) -> None:
    step = run.steps.filter(status=Step.Status.RUNNING).first()
    reason = reason.replace("{step}", step.name if step else "?")[:500]
    # Without the value: it may quote a note.
    logger.error("run %s failed: %s", run.pk, type(error).__name__, exc_info=error)
    with transaction.atomic():
        rows = Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.RUNNING)
        if _end(rows, Run.Status.FAILED, error=reason):
            run.steps.filter(status=Step.Status.RUNNING).update(status=Step.Status.FAILED, ended_at=timezone.now())


def _end(rows: Any, status: Run.Status, **values: Any) -> bool:
    return bool(rows.update(status=status, ended_at=timezone.now(), **values))


def cancel(run: Run) -> bool:
    """End the run now; the worker notices at its next report and stops. False when it was over already."""
    with transaction.atomic():
        if not _end(Run.objects.unfinished().filter(pk=run.pk), Run.Status.CANCELLED):
            return False
        unfinished = Q(status=Step.Status.RUNNING) | Q(status=Step.Status.PENDING)
        run.steps.filter(unfinished).update(status=Step.Status.CANCELLED, ended_at=timezone.now())
    clean_up(run.pk)
    return True


def reap() -> list[int]:
    """Take back runs whose worker is lost, and return the ids that the queue should be told of (again)."""
    sweep_uploads()
    sweep_exports()
    for run in Run.objects.filter(status=Run.Status.RUNNING, heartbeat_at__lt=timezone.now() - LOST_AFTER):
        _take_back(run)
    due = Q(nudged_at=None) | Q(nudged_at__lt=timezone.now() - NUDGE_AFTER)
    waiting = Run.objects.filter(due, status=Run.Status.QUEUED)
    ids = list(waiting.values_list("pk", flat=True))
    waiting.filter(pk__in=ids).update(nudged_at=timezone.now())
    return ids


def _take_back(run: Run) -> None:
    rows = Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.RUNNING, heartbeat_at=run.heartbeat_at)
    with transaction.atomic():
        if run.attempt < MAX_ATTEMPTS:
            if rows.update(status=Run.Status.QUEUED, heartbeat_at=None, nudged_at=None):
                run.steps.update(status=Step.Status.PENDING, progress=0, message="")
            logger.warning("run %s lost its worker in attempt %s and is queued again", run.pk, run.attempt)
            return
        reason = f"Lost its worker {run.attempt} times (killed or out of memory); look at the worker's log."
        if _end(rows, Run.Status.FAILED, error=reason):
            run.steps.filter(status=Step.Status.RUNNING).update(status=Step.Status.FAILED, ended_at=timezone.now())
    clean_up(run.pk)
