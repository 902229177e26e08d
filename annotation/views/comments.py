"""What people write about a note."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_POST

from annotation.access import own_task, person
from annotation.actions import comments
from annotation.models import Task
from annotation.views import answers


@require_POST
@answers.answers_json
@own_task
def add(request: HttpRequest, task: Task) -> HttpResponseBase:
    """Keep a comment; the page names it, so that sending it again is not a second one."""
    body, user = answers.read(request), person(request)
    comments.add(note=task.note, by=user, text=answers.words(body, "text"), name=answers.words(body, "uid"))
    return JsonResponse({"comments": comments.told(task=task, by=user)})
