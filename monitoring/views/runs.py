"""Runs: the list, one run live, start and cancel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.views.exports import export_of
from training.actions import runs as actions
from training.models import ModelVersion, Run, Step
from training.pipelines import title_of

PER_PAGE = 25
NEEDED = {
    Run.Kind.PIPELINE: Right.TRAIN,
    Run.Kind.TRIAL: Right.TRAIN,
    Run.Kind.EXPERIMENT: Right.TRAIN,
    Run.Kind.INGEST: Right.IMPORT,
    Run.Kind.EXPORT: Right.EXPORT,
}


@require_GET
@in_project(Right.VIEW)
def runs(request: HttpRequest, project: Project) -> HttpResponse:
    rows = Run.objects.filter(project=project).select_related("created_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "monitoring/runs.html", {"page_obj": page, "can_start": can_start(request, project)})


def can_start(request: HttpRequest, project: Project) -> bool:
    training = Run.objects.in_work().filter(project=project, kind=Run.Kind.PIPELINE)
    return Right.TRAIN in request.rights and not training.exists()  # type: ignore[attr-defined]


@require_POST
@in_project(Right.TRAIN)
def train(request: HttpRequest, project: Project) -> HttpResponse:
    try:
        run = actions.start_training(project=project, by=person(request))
    except ActionError as error:
        messages.error(request, str(error))
        return redirect("runs", slug=project.slug)
    return redirect("run", pk=run.pk)


@require_GET
@with_object(Run.objects.select_related("created_by").all, Right.VIEW)
def run(request: HttpRequest, run: Run) -> HttpResponse:
    return render(request, "monitoring/run.html", run_context(request, run))


@require_GET
@with_object(Run.objects.select_related("created_by").all, Right.VIEW)
def status(request: HttpRequest, run: Run) -> HttpResponse:
    return render(request, "monitoring/_run.html", run_context(request, run))


@require_POST
@with_object(Run.objects.all, Right.VIEW)
def cancel(request: HttpRequest, run: Run) -> HttpResponse:
    if NEEDED[Run.Kind(run.kind)] not in request.rights:  # type: ignore[attr-defined]
        raise PermissionDenied("Your roles don't let you cancel this run; ask its starter or an ML lead.")
    try:
        actions.cancel(run=run)
        messages.success(request, f"Run {run.pk} is cancelled; nothing of it is in service.")
    except ActionError as error:
        messages.warning(request, str(error))
    return redirect("run", pk=run.pk)


def run_context(request: HttpRequest, run: Run) -> dict[str, Any]:
    steps = list(run.steps.order_by("position"))
    return {
        "run": run,
        "steps": [decorate(step) for step in steps],
        "model": ModelVersion.objects.filter(run=run).select_related("project").first(),
        "report": report(run, steps),
        "export": export_of(run),
        "may_export": Right.EXPORT in request.rights,  # type: ignore[attr-defined]
        "may_cancel": NEEDED[Run.Kind(run.kind)] in request.rights,  # type: ignore[attr-defined]
    }


def decorate(step: Step) -> Step:
    step.title = title_of(step.run.kind, step.name)  # type: ignore[attr-defined]
    step.percent = round(step.progress * 100)  # type: ignore[attr-defined]
    return step


def report(run: Run, steps: list[Step]) -> dict[str, Any] | None:
    """What an import made of each row, once it is done."""
    outputs = steps[0].outputs if run.kind == Run.Kind.INGEST and steps else {}
    if not outputs:
        return None
    rows = [{**row, "external_id": row["id"]} for row in outputs["rejections"]]
    return {**outputs, "rejections": rows, "more": outputs["rejected"] - len(rows)}
