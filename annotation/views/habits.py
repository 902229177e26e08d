"""What the note page remembers of a person: their keys, and which guidelines they were shown."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.actions import guidelines, keymaps
from annotation.models import Guideline, Project
from annotation.views import answers


@require_POST
@answers.answers_json
@in_project(Right.ANNOTATE)
def keys(request: HttpRequest, project: Project) -> HttpResponseBase:
    body = answers.read(request)
    return JsonResponse({"keys": keymaps.save(project=project, by=person(request), keys=body.get("keys"))})


@require_POST
@answers.answers_json
@with_object(Guideline.objects.all, Right.VIEW)
def guideline_seen(request: HttpRequest, guideline: Guideline) -> HttpResponseBase:
    guidelines.see(guideline=guideline, by=person(request))
    return JsonResponse({})
