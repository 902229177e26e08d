"""The page of a note: its text, its spans, one submit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, person, with_task
from annotation.actions import revisions
from annotation.errors import ActionError, TooLate
from annotation.guidelines import sections
from annotation.models import Annotation, Task, User
from annotation.models.at_hand import AtHand
from annotation.views import answers
from annotation.views.payload import keys_of, next_payload, payload, span_rows


@require_GET
@with_task(Right.ANNOTATE)
def page(request: HttpRequest, found: AtHand) -> HttpResponse:
    task, guideline = found.task, found.guideline
    by_hand = request.GET.get("by") == "hand" and Right.ADJUDICATE in request.rights  # type: ignore[attr-defined]
    if task.reason == Task.Reason.ADJUDICATE and not by_hand:
        return redirect("task_adjudicate", pk=task.pk)
    user = person(request)
    try:
        held, base = revisions.start(task=task, by=user)
    except ActionError as error:
        messages.warning(request, str(error))
        return redirect("queue", slug=task.project.slug)
    context = {
        "task": held,
        "note": held.note,
        "guideline": guideline,
        "sections": sections(guideline.text) if guideline else [],
        "skip_reasons": Task.SkipReason.choices,
        "payload": {**payload(held, base, user, guideline), "keys": keys_of(user)},
    }
    return render(request, "annotation/task.html", context)


@require_POST
@answers.answers_json
@with_task(Right.ANNOTATE)
def submit(request: HttpRequest, found: AtHand) -> HttpResponseBase:
    """Save the note, then hand out the next one: the page always has one in hand."""
    task, body, user = found.task, answers.read(request), person(request)
    numbers, holding = answers.whole(body, "base_revision", "seconds"), answers.holding(body)
    spans = answers.marked(task.note.text, body)
    try:
        flag = body.get("flag") is True
        saved = revisions.submit(task=task, by=user, spans=spans, flag=flag, newest=found.guideline, **numbers)
    except TooLate as error:
        return answers.refused(error, 409, theirs=theirs(task, user))
    told = {"revision": saved.revision, "status": saved.status}
    if body.get("want") is False:
        return JsonResponse({"saved": told, "next": None, "lost": []})
    return JsonResponse({"saved": told, **next_payload(task.project, user, holding, saved.guideline)})


def theirs(task: Task, user: User) -> dict[str, Any] | None:
    """What stands where the annotator's work was refused; None when the task is somebody else's by now."""
    task.refresh_from_db(fields=("status", "assignee"))
    if task.assignee_id != user.pk or task.status == Task.Status.SKIPPED:
        return None
    closed = task.status == Task.Status.ACCEPTED
    standing = task.annotations.order_by("-revision").first() if closed else revisions.base_of(task)
    if standing is None:
        return None
    return {
        "revision": standing.revision,
        "author": _author(standing, task, user),
        "at": standing.created_at.isoformat(),
        "spans": span_rows(task.note.text, standing.spans_json),
        # Saved by this person already, in another tab: their own work can be opened again.
        "closed": closed,
    }


def _author(annotation: Annotation, task: Task, user: User) -> str:
    """Who made it; whose work must stay unknown is a colleague."""
    if annotation.author_id == user.pk:
        return "you, in another tab"
    hidden = annotation.author_id is not None and (task.blind or task.doubled)
    return "a colleague" if hidden else annotation.by
