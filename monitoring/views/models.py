"""Model versions: the list, and the review: the figures a decision rests on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project, person, with_object
from annotation.models import Project
from monitoring.views.model_decisions import ROWS, DecisionForm
from monitoring.views.model_review import review
from training.actions.models import refusal
from training.models import Deployment, Evaluation, ModelVersion

Status = ModelVersion.Status


@require_GET
@in_project(Right.VIEW)
def models(request: HttpRequest, project: Project) -> HttpResponse:
    champion = Deployment.objects.champion_of(project)
    rows = list(ROWS().filter(project=project))
    own = {e.model_id: e.scores for e in Evaluation.objects.filter(run__in=[m.run_id for m in rows], model__in=rows)}
    for row in rows:
        row.evaluation = own.get(row.pk)  # type: ignore[attr-defined]
        row.serving = champion is not None and champion.model_id == row.pk  # type: ignore[attr-defined]
    return render(request, "monitoring/models.html", {"models": rows})


@require_GET
@with_object(ROWS, Right.VIEW)
def model(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return render(request, "monitoring/model.html", {**review(model), **choices(request, model)})


def choices(request: HttpRequest, model: ModelVersion) -> dict[str, Any]:
    """What this person can do with this version now, and why not."""
    champion = Deployment.objects.champion_of(model.project)
    serving = bool(champion and champion.model_id == model.pk)
    decides = Right.DECIDE in request.rights  # type: ignore[attr-defined]
    waiting = model.status == Status.PENDING_APPROVAL
    why_not = refusal(model, person(request)) if decides else "Only an approver of this project can decide."
    return {
        "serving": serving,
        "may_decide": waiting and decides and not why_not,
        "why_not": why_not if waiting else "",
        "can_roll_back": decides and model.status == Status.APPROVED and not serving and model.deployments.exists(),
        "form": DecisionForm(),
    }
