"""A note to read: its entities, who made them, its tasks, and what people say about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, hidden_from, person, require, with_object
from annotation.actions import comments, second_looks
from annotation.actions.indexing import current_of
from annotation.errors import ActionError
from annotation.models import Annotation, Note
from annotation.spans import MarkedSpan, Span
from annotation.views import note_marks

BLIND = "This note is annotated blind, and you may be asked to annotate or decide; its page opens when that is done."


def rows() -> QuerySet[Note]:
    """Notes that can be read: of a withdrawn one there is no page."""
    return Note.objects.filter(status=Note.Status.ACTIVE)


@require_GET
@with_object(rows, Right.READ_NOTES)
def page(request: HttpRequest, note: Note) -> HttpResponse:
    _not_blind(request, note)
    revisions = list(note.annotations.select_related("author", "task").order_by("revision"))
    shown = _numbered(revisions, request.GET.get("revision")) or current_of(revisions)
    other = _numbered(revisions, request.GET.get("with")) if shown else None
    context = {
        "note": note,
        "revisions": revisions[::-1],
        "shown": shown,
        "other": other if other != shown else None,
        "tasks": note.tasks.select_related("assignee", "reserved_for", "team").order_by("-pk"),
        "comments": [(row, row.text) for row in note.comments.select_related("author", "note").order_by("pk")],
        **(_compared(note, shown, other) if shown and other and other != shown else _marked(note, shown)),
    }
    return render(request, "annotation/note.html", context)


def _not_blind(request: HttpRequest, note: Note) -> None:
    if hidden_from(request, [note.pk]):
        raise PermissionDenied(BLIND)


def _numbered(revisions: list[Annotation], number: str | None) -> Annotation | None:
    return next((one for one in revisions if str(one.revision) == number), None)


def _colours(note: Note) -> dict[str, int]:
    return dict(note.project.labels.values_list("name", "colour"))


def _marked(note: Note, shown: Annotation | None) -> dict[str, Any]:
    """The text with one revision's entities, and these in a list."""
    text, spans = note.text, shown.marked if shown else []
    scores = [row.get("score") for row in shown.spans_json] if shown else []
    entities = [_entity(text, span, score) for span, score in zip(spans, scores, strict=True)]
    return {"text": note_marks.html(text, [span.span for span in spans], _colours(note)), "entities": entities}


def _entity(text: str, span: MarkedSpan, score: float | None = None) -> dict[str, Any]:
    said = ", ".join(span.assertion)
    return {
        "mention": text[span.start : span.end],
        "label": span.label,
        "said": said,
        "code": span.code,
        "score": score,
    }


def _compared(note: Note, left: Annotation, right: Annotation) -> dict[str, Any]:
    """The text with what only one of two revisions has; what both have is counted."""
    text, ours, theirs = note.text, set(left.marked), set(right.marked)
    only = {"left": sorted(ours - theirs), "right": sorted(theirs - ours)}
    classes: dict[Span, str] = {}
    for side, spans in only.items():
        for span in spans:
            classes[span.span] = "mark-both" if span.span in classes else f"mark-{side}"
    return {
        "text": note_marks.html(text, classes, _colours(note), classes),
        "only_left": [_entity(text, span) for span in only["left"]],
        "only_right": [_entity(text, span) for span in only["right"]],
        "same": len(ours & theirs),
    }


@require_POST
@with_object(rows, Right.READ_NOTES)
def comment(request: HttpRequest, note: Note) -> HttpResponse:
    _not_blind(request, note)
    try:
        comments.add(note=note, by=person(request), text=request.POST.get("text", ""))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("note", pk=note.pk)


@require_POST
@with_object(rows, Right.READ_NOTES)
def correct(request: HttpRequest, note: Note) -> HttpResponse:
    """To the page where the note is annotated, for oneself."""
    require(request, note.project, Right.ANNOTATE)
    _not_blind(request, note)
    try:
        return redirect("task", pk=second_looks.correct(note=note, by=person(request)).pk)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("note", pk=note.pk)


@require_POST
@with_object(rows, Right.ASSIGN)
def second_opinion(request: HttpRequest, note: Note) -> HttpResponse:
    try:
        second_looks.ask_for_second_opinion(note=note, by=person(request))
        messages.success(request, "A second person is asked to annotate this note, blind.")
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("note", pk=note.pk)
