"""Live traffic: what each version answers now, what is on its way into service, and the start of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.traffic.lines import charts
from monitoring.traffic.live import live, sentence, serving_in
from monitoring.views.traffic_forms import FORMS, forms_of
from training.models import Rollout

SHOWN = 30


@require_GET
@in_project(Right.VIEW)
def traffic(request: HttpRequest, project: Project) -> HttpResponse:
    return render(request, "monitoring/traffic.html", page(request, project))


@require_GET
@in_project(Right.VIEW)
def traffic_live(request: HttpRequest, project: Project) -> HttpResponse:
    """The part that the page fetches every two seconds."""
    return render(request, "monitoring/_traffic_live.html", now_in(project))


@sensitive_post_parameters("confirm")
@require_POST
@in_project(Right.DECIDE)
def start(request: HttpRequest, project: Project, kind: str) -> HttpResponse:
    form = FORMS[kind](request, project, request.POST)
    if not form.is_valid():
        return render(request, "monitoring/traffic.html", page(request, project, form))
    try:
        rollout = form.start(person(request))
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("traffic", slug=project.slug)
    messages.success(request, rollout.sentence)
    return redirect("rollout", pk=rollout.pk)


def now_in(project: Project) -> dict[str, Any]:
    now, deployments = timezone.now(), serving_in(project)
    rows = live(deployments, now)
    return {"rows": rows, "sentence": sentence(rows), "charts": charts(deployments, now), "at": now}


def page(request: HttpRequest, project: Project, form: Any = None) -> dict[str, Any]:
    rollouts = Rollout.objects.filter(project=project).with_models()[:SHOWN]
    may_start = Right.DECIDE in request.rights  # type: ignore[attr-defined]
    return {
        **now_in(project),
        "rollouts": rollouts,
        "forms": forms_of(request, project, form) if may_start else [],
    }
