"""The queue: an id in, one plain function called. A task that comes twice or too late does nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from celery import shared_task
from django.db import transaction

from annotation.models import Project
from training import prelabels, runs
from training.models import Run


@shared_task
def train(run_id: int) -> None:
    runs.execute(run_id)


@shared_task
def work(run_id: int) -> None:
    runs.execute(run_id)


@shared_task
def prelabel(project_id: int) -> None:
    for project in Project.objects.filter(pk=project_id):
        prelabels.refresh(project)


@shared_task
def reap() -> None:
    for run_id in runs.reap():
        nudge(run_id)


def nudge(run_id: int) -> None:
    """Tell the right queue, once the row is committed, that there is a run to look at."""
    kind = Run.objects.values_list("kind", flat=True).get(pk=run_id)
    after_commit(train if kind == Run.Kind.PIPELINE else work, run_id)


def after_commit(task: Any, row_id: int) -> None:
    """Send the task once the transaction is committed. A broker that is down does no harm: the beat asks again."""
    transaction.on_commit(partial(task.delay, row_id), robust=True)
