"""The queue: an id in, one plain function called. A task that comes twice or too late does nothing."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from annotation.models import Project
from training import partitions, prelabels, reaper, runs, shadow
from training.actions import triggers
from training.batches import upkeep, working


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
    reaper.reap()


@shared_task
def look_for_new_gold() -> None:
    triggers.look()


@shared_task
def make_months() -> None:
    partitions.ensure(timezone.now().date())


@shared_task
def batch(batch_id: int) -> None:
    working.work(batch_id)


@shared_task
def look_after_batches() -> None:
    upkeep.look_after()


@shared_task
def read_along() -> None:
    shadow.read_along()
