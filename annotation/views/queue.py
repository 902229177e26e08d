"""The queue: the way to the next note, what this person did, what waits, and who has what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, own_task, person, with_object
from annotation.actions import guidelines, handing_out, tasks, teams
from annotation.errors import ActionError
from annotation.models import Project, Task, User
from annotation.models.counting import CountTo
from annotation.models.task import OPEN_TO_ALL, TaskQuerySet

SHOWN = 10
SHOWN_TODAY = 50
SHOWN_HELD = 100
PACE_OVER = timedelta(days=7)


@require_GET
@in_project(Right.VIEW)
def queue(request: HttpRequest, project: Project) -> HttpResponse:
    rows, user = Task.objects.filter(project=project), person(request)
    rights = request.rights  # type: ignore[attr-defined]
    context = {"summary": rows.queue_summary(), "news": guidelines.unseen(project=project, by=user)}
    if Right.ANNOTATE in rights:
        context |= _own(rows, user)
    if Right.ASSIGN in rights:
        context |= _everybody(rows, project)
    return render(request, "annotation/queue.html", context)


def _own(rows: TaskQuerySet, user: User) -> dict[str, Any]:
    """What this person has in hand, did, and may take."""
    mine, now = rows.filter(assignee=user), timezone.now()
    held = list(rows.held_by(user).order_by("pk"))
    today = mine.finished(_midnight())
    return {
        "held": [task for task in held if task.reason != Task.Reason.ADJUDICATE],
        "cases": [task for task in held if task.reason == Task.Reason.ADJUDICATE],
        "waits": rows.meant_for(user),
        "today": today[:SHOWN_TODAY],
        "pace_today": today.pace(),
        "pace_week": mine.finished(now - PACE_OVER).pace(),
    }


def _everybody(rows: TaskQuerySet, project: Project) -> dict[str, Any]:
    """Who did how much, what waits for whom, and what is with whom."""
    now = timezone.now()
    begun = rows.filter(status=Task.Status.IN_PROGRESS).select_related("assignee").order_by("lease_until")
    held = list(begun[:SHOWN_HELD])
    seen = {task.assignee_id: task.lease_until - tasks.LEASE for task in held if task.lease_until}
    done = rows.finished(now - PACE_OVER).pace_by_person(_midnight())
    reserved = rows.filter(status=Task.Status.OPEN, reserved_for=OuterRef("pk"))
    people = teams.annotators(project).annotate(waiting=CountTo(reserved, "reserved_for"))
    table = []
    for user in people:
        row = done.get(user.pk, {})
        times = [at for at in (row.get("last"), seen.get(user.pk)) if at]
        table.append({"person": user, "waiting": user.waiting, **row, "last": max(times, default=None)})
    line = rows.filter(OPEN_TO_ALL).in_queue_order(project.queue_order).select_related("note").defer("note__ciphertext")
    return {"people": table, "begun": held, "now": now, "line": line[:SHOWN]}


@require_POST
@own_task
def reopen(request: HttpRequest, task: Task) -> HttpResponse:
    """Back to a note of today's list."""
    try:
        tasks.reopen(task=task, by=person(request))
    except ActionError as error:
        messages.warning(request, str(error))
        return redirect("queue", slug=task.project.slug)
    return redirect("task", pk=task.pk)


@require_POST
@with_object(Task.objects.select_related("assignee").all, Right.ASSIGN)
def take_back(request: HttpRequest, task: Task) -> HttpResponse:
    """A note leaves the hands that it is in."""
    try:
        holder = task.assignee
        handing_out.take_back(task=task)
        messages.success(request, f"Note {task.note_id} is with {holder} no more.")
    except ActionError as error:
        messages.warning(request, str(error))
    return redirect("queue", slug=task.project.slug)


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
