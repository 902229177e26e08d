"""Experiments: the list, one with its leaderboard live, and a trial made a candidate."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.experiments.board import board_of
from monitoring.experiments.figures import parts_of
from training.actions import experiments as actions
from training.models import Run

PER_PAGE = 20


def experiment_rows() -> QuerySet[Run]:
    return Run.objects.filter(kind=Run.Kind.EXPERIMENT).select_related("created_by")


def trial_rows() -> QuerySet[Run]:
    return Run.objects.filter(kind=Run.Kind.TRIAL).select_related("parent")


@require_GET
@in_project(Right.VIEW)
def experiments(request: HttpRequest, project: Project) -> HttpResponse:
    over = Q(children__status__in=(Run.Status.SUCCEEDED, Run.Status.FAILED, Run.Status.CANCELLED))
    rows = experiment_rows().filter(project=project)
    rows = rows.annotate(
        trials=Count("children"), over=Count("children", filter=over), cpu=Sum("children__cpu_seconds", default=0.0)
    )
    page = Paginator(rows.order_by("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "monitoring/experiments.html", {"page_obj": page})


@require_GET
@with_object(experiment_rows, Right.VIEW)
def experiment(request: HttpRequest, run: Run) -> HttpResponse:
    context = _context(run)
    return render(request, "monitoring/experiment.html", {**context, "parts": parts_of(context["board"])})


@require_GET
@with_object(experiment_rows, Right.VIEW)
def status(request: HttpRequest, run: Run) -> HttpResponse:
    response = render(request, "monitoring/_experiment_board.html", _context(run))
    if run.is_over:
        # The figures below the table are of all trials now.
        response.headers["HX-Refresh"] = "true"
    return response


def _context(run: Run) -> dict[str, Any]:
    step = run.steps.first()
    return {"run": run, "board": board_of(run), "outputs": step.outputs if step else {}}


@require_POST
@with_object(trial_rows, Right.TRAIN)
def register(request: HttpRequest, run: Run) -> HttpResponse:
    try:
        pipeline = actions.register_trial(trial=run, by=person(request))
    except ActionError as error:
        messages.warning(request, str(error))
        return redirect("experiment", pk=run.parent_id) if run.parent_id else redirect("run", pk=run.pk)
    messages.success(request, f"Trial {run.pk} goes on as a candidate: gates, comparison, then an approver decides.")
    return redirect("run", pk=pipeline.pk)
