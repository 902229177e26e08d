"""Unfinished work comes in as the annotator goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_POST

from annotation.access import own_task, person
from annotation.actions import drafts
from annotation.models import Task
from annotation.views import answers
from annotation.views.payload import draft_of


@require_POST
@answers.answers_json
@own_task
def save(request: HttpRequest, task: Task) -> HttpResponseBase:
    body = answers.read(request)
    numbers = answers.whole(body, "seconds", "base_revision", "version")
    spans = answers.marked(task.note.text, body)
    try:
        draft = drafts.save(task=task, by=person(request), spans=spans, **numbers)
    except drafts.StaleDraft as error:
        return answers.refused(error, 409, theirs=draft_of(task.note.text, error.draft))
    return JsonResponse({"version": draft.version})
