"""A task moves: the next one is taken, this one is opened again, given back, or skipped."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from annotation.access import Right, in_project, own_task, person, require
from annotation.actions import revisions, tasks
from annotation.errors import ActionError
from annotation.models import Project, Task
from annotation.views import answers
from annotation.views.payload import next_payload, payload


@require_POST
@in_project(Right.ANNOTATE)
def take_next(request: HttpRequest, project: Project) -> HttpResponseBase:
    """The next note: a page for a form, everything about it for a script."""
    if answers.wants_json(request):
        return _next_for_script(request, project)
    adjudicate = request.POST.get("adjudicate") == "1"
    if adjudicate:
        require(request, project, Right.ADJUDICATE)
    task = tasks.take_next(project=project, by=person(request), adjudicate=adjudicate)
    if task is None:
        messages.success(request, "The queue is empty: every note is done or with somebody.")
    return redirect(_page(task, project))


@answers.answers_json
def _next_for_script(request: HttpRequest, project: Project) -> HttpResponseBase:
    holding = answers.holding(answers.read(request))
    return JsonResponse(next_payload(project, person(request), holding))


@require_POST
@answers.answers_json
@own_task
def reopen(request: HttpRequest, task: Task) -> HttpResponseBase:
    """Back to a note that was submitted, or that is still in hand."""
    user = person(request)
    held = tasks.reopen(task=task, by=user)
    return JsonResponse(payload(held, revisions.base_of(held), user))


@require_POST
@answers.answers_json
@own_task
def release(request: HttpRequest, task: Task) -> HttpResponseBase:
    """A page that closes gives back what it had fetched and not shown."""
    tasks.give_back(task=task, by=person(request))
    return JsonResponse({})


@require_POST
@answers.answers_json
@own_task
def skip(request: HttpRequest, task: Task) -> HttpResponseBase:
    """Set the note aside, from the page's script or from its plain form."""
    user = person(request)
    if answers.wants_json(request):
        body = answers.read(request)
        reason, comment, holding = answers.words(body, "reason"), answers.words(body, "comment"), answers.holding(body)
        tasks.skip(task=task, by=user, reason=reason, comment=comment)
        return JsonResponse(next_payload(task.project, user, holding))
    try:
        tasks.skip(task=task, by=user, reason=request.POST.get("reason", ""), comment=request.POST.get("comment", ""))
    except ActionError as error:
        messages.error(request, str(error))
    return redirect(_page(tasks.take_next(project=task.project, by=user), task.project))


def _page(task: Task | None, project: Project) -> str:
    """The page of the next note of this annotator, or the queue when there is none."""
    return reverse("task", args=[task.pk]) if task else reverse("queue", args=[project.slug])
