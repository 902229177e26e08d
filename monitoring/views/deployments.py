"""Who was champion when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project
from annotation.models import Project
from training.models import Deployment


@require_GET
@in_project(Right.VIEW)
def deployments(request: HttpRequest, project: Project) -> HttpResponse:
    rows = Deployment.objects.filter(project=project).select_related("model__project", "started_by", "ended_by")
    return render(request, "monitoring/deployments.html", {"deployments": rows})
