"""The monitor: windows that are over, outages, what became of a response, and how much is audited. By the clock."""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import timezone

from annotation.errors import ActionError
from annotation.models import Project
from monitoring.actions import auditing, late_labels, outages, watching, windows
from training import ner

logger = logging.getLogger(__name__)


def look(at: datetime | None = None) -> None:
    """At every project; one's trouble keeps no other from it."""
    for project in Project.objects.all():
        try:
            look_at(project, at)
        except (ActionError, ner.ArtefactError, ValueError, KeyError) as error:
            logger.error("project %s can't be monitored: %s", project.pk, type(error).__name__, exc_info=error)


def look_at(project: Project, at: datetime | None = None) -> None:
    """`at`: the time that it is; by default now, or what the clock of a simulated project says."""
    at = at or project.simulated_at or timezone.now()
    auditing.audit_more(project, at)
    windows.measure_due(project, at)
    late_labels.take_in(project)
    outages.look_for_outage(project, at)
    watching.watch(project, at)
