"""The page of a note: its text, its spans, one submit."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, person, with_object
from annotation.actions import revisions
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Task
from annotation.spans import SpanError, from_utf16, spans_from_json, to_utf16
from annotation.views.queue import next_url


@require_GET
@with_object(Task.objects.select_related("note", "project").all, Right.ANNOTATE)
def page(request: HttpRequest, task: Task) -> HttpResponse:
    try:
        held, base = revisions.start(task=task, by=person(request))
    except ActionError as error:
        return _gone(request, task, error)
    context = {
        "task": held,
        "note": held.note,
        "guidelines": held.project.guidelines,
        "payload": payload(held, base),
    }
    return render(request, "annotation/task.html", context)


def _gone(request: HttpRequest, task: Task, error: ActionError) -> HttpResponse:
    messages.warning(request, str(error))
    return redirect("queue", slug=task.project.slug)


def payload(task: Task, base: Annotation | None) -> dict[str, Any]:
    """What the page's script needs; spans count UTF-16 units, as JavaScript does."""
    text = task.note.text
    rows = base.spans_json if base else []
    spans = to_utf16(text, spans_from_json(rows))
    return {
        "task": task.pk,
        "text": text,
        "labels": list(task.project.labels.values("name", "key", "colour", "hint")),
        "spans": [
            {"start": s.start, "end": s.end, "label": s.label, "score": row.get("score")}
            for s, row in zip(spans, rows, strict=True)
        ],
        "base_revision": base.revision if base else 0,
        "nested": task.project.nested,
        "blind": task.blind,
        "seconds": 0,
        "urls": {
            "submit": reverse("task_submit", args=[task.pk]),
            "queue": reverse("queue", args=[task.project.slug]),
        },
    }


@require_POST
@with_object(Task.objects.select_related("note", "project").all, Right.ANNOTATE)
def submit(request: HttpRequest, task: Task) -> JsonResponse:
    try:
        body = _body(request)
        spans = from_utf16(task.note.text, spans_from_json(body["spans"]))
        revisions.submit(
            task=task,
            by=person(request),
            spans=spans,
            base_revision=body["base_revision"],
            seconds=body["seconds"],
        )
    except TooLate as error:
        return JsonResponse({"error": str(error)}, status=409)
    except (ActionError, SpanError) as error:
        return JsonResponse({"error": str(error)}, status=422)
    return JsonResponse({"next": next_url(request, task.project)})


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ActionError("The page sent something that is not JSON; reload it and try again.") from error
    numbers = ("base_revision", "seconds")
    if not isinstance(body, dict) or any(type(body.get(name)) is not int for name in numbers):
        raise ActionError("The page sent no revision or no seconds; reload it and try again.")
    return {"spans": body.get("spans"), **{name: body[name] for name in numbers}}
