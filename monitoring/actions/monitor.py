"""The monitor: windows that are over, outages, what became of a response, audits, what grew old. By the clock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from annotation.clock import now_of
from annotation.models import Project
from monitoring.actions import auditing, freshness, late_labels, outages, watching, windows

logger = logging.getLogger(__name__)
LOCK = 7_202_611


def look(at: datetime | None = None) -> None:
    """At every project; one's trouble keeps no other from it."""
    for project in Project.objects.all():
        look_at(project, at)


def look_at(project: Project, at: datetime | None = None) -> None:
    """`at`: the time that it is; by default now, or what the clock of a simulated project says.

    What can't wait comes first, and what fails stops nothing else. Nothing is done while somebody else looks.
    """
    at = at or now_of(project)
    with _alone(project) as alone:
        if not alone:
            return
        _do(project, "response", watching.watch, at)
        _do(project, "outages", outages.look_for_outage, at)
        _do(project, "audits", auditing.audit_more, at)
        _do(project, "windows", windows.measure_due, at)
        _do(project, "freshness", freshness.tell_if_stale, at)
        _do(project, "late labels", lambda one, _: late_labels.take_in(one), at)
        _do(project, "response", watching.watch, at)


def _do(project: Project, name: str, part: Callable[[Project, datetime], Any], at: datetime) -> None:
    try:
        part(project, at)
    except Exception as error:
        # Whatever it is: a model that can't be loaded must not hide an outage.
        logger.error("%s of project %s: %s", name, project.pk, type(error).__name__, exc_info=error)


@contextmanager
def _alone(project: Project) -> Iterator[bool]:
    """Whether nobody else looks at the project now; measuring takes longer than the clock's beat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, project.pk])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, project.pk])
