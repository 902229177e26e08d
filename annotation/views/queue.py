"""The queue: what waits."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project, person
from annotation.models import Project, Task

SHOWN = 15


@require_GET
@in_project(Right.VIEW)
def queue(request: HttpRequest, project: Project) -> HttpResponse:
    rows = Task.objects.filter(project=project).select_related("note", "assignee")
    user = person(request)
    context = {
        "summary": rows.queue_summary(),
        "tasks": rows.waiting().in_queue_order().defer("note__ciphertext")[:SHOWN],
        "mine": rows.held_by(user).first(),
        "done_today": rows.filter(assignee=user, status=Task.Status.ACCEPTED, closed_at__gte=_midnight()).count(),
    }
    return render(request, "annotation/queue.html", context)


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
