"""Runs: the list, and the start of a training."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.runs.timing import lasted, words
from monitoring.views.run_forms import RunNowForm, settings_tables
from training.actions import runs as actions
from training.models import Run

PER_PAGE = 25
FILTERS: dict[str, Any] = {"kind": Run.Kind, "status": Run.Status}


@require_GET
@in_project(Right.VIEW)
def runs(request: HttpRequest, project: Project) -> HttpResponse:
    return render(request, "monitoring/runs.html", list_context(request, project))


def list_context(request: HttpRequest, project: Project, form: RunNowForm | None = None) -> dict[str, Any]:
    chosen = {name: value for name in FILTERS if (value := request.GET.get(name, "")) in FILTERS[name].values}
    rows = Run.objects.filter(project=project, **chosen).select_related("created_by", "model")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for run in page.object_list:
        run.took = words(lasted(run.started_at, run.ended_at, timezone.now()))  # type: ignore[attr-defined]
        run.cost = words(run.cpu_seconds) if run.cpu_seconds else ""  # type: ignore[attr-defined]
    startable = can_start(request, project)
    return {
        "page_obj": page,
        "filters": [(name, kinds.choices, chosen.get(name, "")) for name, kinds in FILTERS.items()],
        "query": urlencode(chosen),
        "can_start": startable,
        "form": form or (RunNowForm(project) if startable else None),
        "form_open": form is not None,
        "recipes": settings_tables() if startable else [],
    }


def can_start(request: HttpRequest, project: Project) -> bool:
    training: QuerySet[Run] = Run.objects.in_work().filter(project=project, kind=Run.Kind.PIPELINE)
    return Right.TRAIN in request.rights and not training.exists()  # type: ignore[attr-defined]


@require_POST
@in_project(Right.TRAIN)
def train(request: HttpRequest, project: Project) -> HttpResponse:
    """By the rules, or as the form says: its fields are left out by the plain button."""
    form = RunNowForm(project, request.POST)
    if not form.is_valid():
        return render(request, "monitoring/runs.html", list_context(request, project, form))
    try:
        run = actions.start_training(project=project, by=person(request), params=form.params())
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("runs", slug=project.slug)
    return redirect("run", pk=run.pk)
