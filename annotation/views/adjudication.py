"""The adjudication of a note: two versions on one text, decided difference by difference."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, person, with_object
from annotation.actions import adjudication, comments, drafts, tasks
from annotation.actions.adjudication import Case
from annotation.disagreements import Choice, Difference, Kind
from annotation.errors import ActionError
from annotation.guidelines import section_for, sections
from annotation.models import Annotation, Task
from annotation.spans import MarkedSpan, to_utf16
from annotation.views import answers
from annotation.views.payload import page_of

KINDS = {
    Kind.BOUNDARY: "Edges differ",
    Kind.LABEL: "Label differs",
    Kind.BOTH: "Edges and label differ",
    Kind.ATTRIBUTES: "Assertion or code differs",
    Kind.ONLY_LEFT: "Only A has it",
    Kind.ONLY_RIGHT: "Only B has it",
}
rows = Task.objects.select_related("note", "project").all


@require_GET
@with_object(rows, Right.ADJUDICATE)
def page(request: HttpRequest, task: Task) -> HttpResponse:
    by = person(request)
    try:
        case = adjudication.take(task=task, by=by)
    except ActionError as error:
        messages.warning(request, str(error))
        return redirect("queue", slug=task.project.slug)
    if case.by_hand:
        return redirect(page_of(task))
    context = {
        "task": case.task,
        "note": task.note,
        "payload": payload(case),
        # Without their authors: those may be the two whose names are hidden.
        "comments": [comment["text"] for comment in comments.told(task=case.task, by=by)],
        "by_hand": page_of(task) if drafts.of(task, by) else "",
        "last": adjudication.last_of(by=by, project_id=task.project_id),
    }
    return render(request, "annotation/adjudicate.html", context)


@require_POST
@answers.answers_json
@with_object(rows, Right.ADJUDICATE)
def submit(request: HttpRequest, task: Task) -> JsonResponse:
    said = _said_by(request)
    if None in said["choices"]:
        raise ActionError("Some differences are not decided; decide on each, then submit.")
    case = adjudication.decide(task=task, by=person(request), **said)
    messages.success(request, _revealed(case, said["choices"]))
    return JsonResponse({"next": _next_url(request, task)})


@require_POST
@answers.answers_json
@with_object(rows, Right.ADJUDICATE)
def by_hand(request: HttpRequest, task: Task) -> JsonResponse:
    """Go on in the note page with what was chosen so far."""
    adjudication.to_draft(task=task, by=person(request), **_said_by(request))
    return JsonResponse({"next": page_of(task)})


def payload(case: Case) -> dict[str, Any]:
    """What the page's script needs; offsets count UTF-16 units."""
    task, text, base = case.task, case.task.note.text, case.earlier
    return {
        "task": task.pk,
        "text": text,
        "labels": list(task.project.labels.values("name", "colour")),
        "versions": [case.left.revision, case.right.revision],
        "base_revision": base.revision if base else 0,
        "seconds": base.seconds if base else 0,
        "agreed": _rows(text, case.agreed),
        "differences": [_difference(text, one, nested=task.project.nested) for one in case.differences],
        "choices": case.choices,
        "sections": _sections(task),
        "urls": {
            "submit": reverse("adjudicate_submit", args=[task.pk]),
            "by_hand": reverse("adjudicate_by_hand", args=[task.pk]),
        },
    }


def _difference(text: str, one: Difference, *, nested: bool) -> dict[str, Any]:
    return {
        "left": _rows(text, one.left),
        "right": _rows(text, one.right),
        "kinds": list(dict.fromkeys(KINDS[each.kind] for each in one.disagreements)),
        "labels": sorted({label for each in one.disagreements for label in each.labels}),
        "choices": one.choices(nested=nested),
    }


def _rows(text: str, spans: Iterable[MarkedSpan]) -> list[dict[str, Any]]:
    return [span.to_json() for span in to_utf16(text, spans)]


def _sections(task: Task) -> dict[str, str]:
    """Where the guidelines speak of a label, by its name."""
    url, parts = reverse("guidelines", args=[task.project.slug]), sections(task.project.guidelines)
    found = {name: section_for(name, parts) for name in task.project.labels.names()}
    return {name: f"{url}#{section.anchor}" for name, section in found.items() if section}


def _revealed(case: Case, choices: list[Choice]) -> str:
    """Who was A and who was B: told when it can sway nobody any more."""
    names = [_version(name, one, choices) for name, one in (("A", case.left), ("B", case.right))]
    return f"Note {case.task.note_id} is gold. {' '.join(names)}"


def _version(name: str, annotation: Annotation, taken: list[Choice]) -> str:
    mine = (Choice.LEFT if name == "A" else Choice.RIGHT, Choice.BOTH)
    return f"Version {name} was {annotation.by}'s: {sum(choice in mine for choice in taken)} of {len(taken)} taken."


def _next_url(request: HttpRequest, task: Task) -> str:
    following = tasks.take_next(project=task.project, by=person(request), adjudicate=True)
    return reverse("task_adjudicate", args=[following.pk]) if following else reverse("queue", args=[task.project.slug])


def _said_by(request: HttpRequest) -> dict[str, Any]:
    """The reviewer's choices, and which versions they saw."""
    body = answers.read(request)
    versions, choices = body.get("versions"), body.get("choices")
    if not isinstance(versions, list) or len(versions) != 2 or any(type(number) is not int for number in versions):
        raise ActionError("The page sent no two versions; reload it and try again.")
    if not isinstance(choices, list) or any(choice is not None and choice not in list(Choice) for choice in choices):
        raise ActionError("The page sent no list of choices; reload it and try again.")
    return {
        "versions": tuple(versions),
        "choices": [choice and Choice(choice) for choice in choices],
        **answers.whole(body, "base_revision", "seconds"),
    }
