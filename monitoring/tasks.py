"""What the clock starts."""

from __future__ import annotations

from annotation.models import Project
from celery import shared_task
from training import prelabels

from monitoring.actions import accuracy


@shared_task
def refresh() -> None:
    for project in Project.objects.all():
        prelabels.refresh(project)
        accuracy.refresh(project)
