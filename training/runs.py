"""Carries out runs. The row is the truth: a run is claimed, reported on and ended by guarded updates of its row."""

from __future__ import annotations

import logging
import os
import socket
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from annotation.database import AWAY
from annotation.errors import ActionError
from training import ner, provenance
from training.context import Context, Ended, Waiting
from training.lease import Heartbeat, Lease, LeaseLost, patiently
from training.leftovers import clean_up
from training.models import ModelVersion, Run, Step
from training.models.model_version import DECIDED
from training.nudges import nudge
from training.pipelines import PIPELINES, StepSpec
from training.reports import Reporter
from training.reuse import cache_key, inputs_of, reusable
from training.trying import with_retries

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
        fail(run, str(error), error)
    except OSError as error:
        fail(
            run, f"{error.strerror or type(error).__name__} in step {{step}}; look at the disk, start it again.", error
        )
    except Exception as error:
        # The message of an unforeseen error may quote what it was working on: a note.
        fail(run, f"{type(error).__name__} in step {{step}}; see the worker's log, start it again or report it.", error)
    clean_up(run.pk)
    wake(run.parent_id)


def claim(run_id: int) -> Run | None:
    """Take a queued run; None when it is not there to be taken. What earlier attempts finished stands."""
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
    unfinished = run.steps.exclude(status__in=Step.DONE)
    unfinished.update(status=Step.Status.PENDING, progress=0, message="", outputs={}, started_at=None, ended_at=None)
    return run


def _walk(run: Run, lease: Lease) -> None:
    context = Context(run=run)
    steps = list(zip(run.steps.order_by("position"), PIPELINES[run.kind], strict=True))
    for step, spec in steps:
        if step.status not in Step.DONE:
            last = step is steps[-1][0]
            try:
                _carry_out(step, spec, context, lease, last=last)
            except Waiting as state:
                patiently(partial(_wait, step, lease, str(state)))
                logger.info("run %s waits in step %s", run.pk, step.name)
                return
            except Ended as result:
                patiently(partial(_skip_rest, step, lease, str(result)))
                return
        context.made[step.name] = step.outputs
    logger.info("run %s succeeded", run.pk)


def _carry_out(step: Step, spec: StepSpec, context: Context, lease: Lease, *, last: bool) -> None:
    step.inputs = inputs_of(spec, context)
    step.params = {name: context.run.params[name] for name in spec.params if name in context.run.params}
    step.cache_key = cache_key(spec, step, context.run)
    reporter = Reporter(step, lease, context)
    context.progress = reporter.tell
    patiently(reporter.begin)
    close = partial(_close, step, lease, reporter, last=last)
    if found := reusable(spec, step, context.run):
        step.reused_from, status = found, Step.Status.REUSED
        patiently(partial(close, found.outputs, status=status))
        return
    if not spec.atomic:
        try:
            outputs = with_retries(spec, context, partial(spec.do, context))
        except (Waiting, Ended):
            patiently(reporter.spend)
            raise
        patiently(partial(close, outputs))
        return
    # What such a step writes, the news that it is done and the run's end are one: a lost lease leaves none of them.
    with transaction.atomic():
        close(spec.do(context))


@transaction.atomic
def _close(
    step: Step,
    lease: Lease,
    reporter: Reporter,
    outputs: dict[str, Any],
    *,
    last: bool,
    status: Step.Status = Step.Status.SUCCEEDED,
) -> None:
    lease.renew()
    step.outputs = outputs
    reporter.end(status, progress=1)
    if last:
        rows = Run.objects.filter(pk=lease.run_id, attempt=lease.attempt, status=Run.Status.RUNNING)
        end(rows, Run.Status.SUCCEEDED)


@transaction.atomic
def _wait(step: Step, lease: Lease, sentence: str) -> None:
    """Give the worker back: the run goes on when somebody wakes it."""
    lease.renew()
    Step.objects.filter(pk=step.pk).update(status=Step.Status.WAITING, message=sentence[:200])
    rows = Run.objects.filter(pk=lease.run_id, attempt=lease.attempt, status=Run.Status.RUNNING)
    rows.update(status=Run.Status.WAITING, heartbeat_at=None)
    # What it waits for may have happened while it went to sleep.
    wake_if_over(lease.run_id)


def wake_if_over(run_id: int) -> None:
    """An experiment whose trials all ended before it slept; a version that was decided about, or whose canary ended."""
    run = Run.objects.get(pk=run_id)
    if run.kind == Run.Kind.EXPERIMENT and not run.children.unfinished().exists():
        wake(run_id)
    decided = ModelVersion.objects.filter(run=run, status__in=DECIDED).first()
    if decided and not decided.rollouts.running().answering().exists():
        wake(run_id)


def wake(run_id: int | None) -> bool:
    """What a run waits for has happened, or may have: it looks again. False when it does not wait."""
    return run_id is not None and _wake(run_id)


@transaction.atomic
def _wake(run_id: int) -> bool:
    rows = Run.objects.filter(pk=run_id, status=Run.Status.WAITING)
    # It begins a new attempt, and the attempts before it were no failures.
    if not rows.update(status=Run.Status.QUEUED, nudged_at=timezone.now(), lost=0):
        return False
    nudge(Run.objects.get(pk=run_id))
    return True


@transaction.atomic
def _skip_rest(step: Step, lease: Lease, sentence: str) -> None:
    lease.renew()
    now = timezone.now()
    Step.objects.filter(pk=step.pk).update(
        status=Step.Status.SUCCEEDED, message=sentence[:200], outputs={"ended": sentence}, ended_at=now, progress=1
    )
    Step.objects.filter(run=lease.run_id, status=Step.Status.PENDING).update(status=Step.Status.SKIPPED, ended_at=now)
    end(Run.objects.filter(pk=lease.run_id, attempt=lease.attempt), Run.Status.SUCCEEDED)


def fail(run: Run, reason: str, error: Exception) -> None:
    step = run.steps.filter(status=Step.Status.RUNNING).first()
    reason = reason.replace("{step}", step.name if step else "?")[:500]
    # Without the value: it may quote a note.
    logger.error("run %s failed: %s", run.pk, type(error).__name__, exc_info=error)
    with transaction.atomic():
        rows = Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.RUNNING)
        if end(rows, Run.Status.FAILED, error=reason):
            run.steps.filter(status=Step.Status.RUNNING).update(
                status=Step.Status.FAILED, message=reason[:200], ended_at=timezone.now()
            )


def end(rows: Any, status: Run.Status, **values: Any) -> bool:
    return bool(rows.update(status=status, ended_at=timezone.now(), **values))


def cancel(run: Run) -> bool:
    """End the run now; the worker notices at its next report and stops. False when it was over already."""
    with transaction.atomic():
        if not end(Run.objects.unfinished().filter(pk=run.pk), Run.Status.CANCELLED):
            return False
        unfinished = Q(status__in=(Step.Status.RUNNING, Step.Status.PENDING, Step.Status.WAITING))
        run.steps.filter(unfinished).update(status=Step.Status.CANCELLED, ended_at=timezone.now())
    for trial in run.children.unfinished():
        cancel(trial)
    clean_up(run.pk)
    wake(run.parent_id)
    return True
