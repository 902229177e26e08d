"""The queue: what waits, and the way to the next note."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, own_task, person
from annotation.actions import tasks
from annotation.errors import ActionError
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


@require_POST
@in_project(Right.ANNOTATE)
def take_next(request: HttpRequest, project: Project) -> HttpResponse:
    task = tasks.take_next(project=project, by=person(request))
    if task is None:
        messages.success(request, "The queue is empty: every note is done or with somebody.")
        return redirect("queue", slug=project.slug)
    return redirect("task", pk=task.pk)


@require_POST
@own_task
def skip(request: HttpRequest, task: Task) -> HttpResponse:
    try:
        tasks.skip(task=task, by=person(request), reason=request.POST.get("reason", ""))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect(next_url(request, task.project))


def next_url(request: HttpRequest, project: Project) -> str:
    """The page of the next note of this annotator, or the queue when there is none."""
    task = tasks.take_next(project=project, by=person(request))
    return reverse("task", args=[task.pk]) if task else reverse("queue", args=[project.slug])


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
