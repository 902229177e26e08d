"""What the clock starts."""

from __future__ import annotations

from celery import shared_task

from annotation.models import Project
from monitoring.actions import accuracy, deliveries, monitor, rollouts
from training import prelabels


@shared_task
def refresh() -> None:
    for project in Project.objects.all():
        prelabels.refresh(project)
        accuracy.refresh(project)


@shared_task
def watch_rollouts() -> None:
    rollouts.watch()


@shared_task
def look() -> None:
    monitor.look()


@shared_task
def send_deliveries() -> None:
    deliveries.send_due()
