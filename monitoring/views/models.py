"""Model versions: the list, and the review with approve, reject and roll back beside the figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person, with_object
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.actions import decisions
from training.actions.models import refusal
from training.models import Deployment, Evaluation, ModelVersion

ROWS = ModelVersion.objects.select_related("project", "dataset", "run", "trained_by", "decided_by").all
Status = ModelVersion.Status


class DecisionForm(forms.Form):
    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


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


def review(model: ModelVersion) -> dict[str, Any]:
    """The figures a decision rests on: candidate and champion on the same notes."""
    evaluation = Evaluation.objects.filter(run=model.run, model=model).select_related("compared_with__model").first()
    rival = evaluation.compared_with if evaluation else None
    return {
        "model": model,
        "evaluation": evaluation and evaluation.scores,
        "champion_evaluation": rival and {**rival.scores, "model": rival.model},
        "difference": difference(evaluation),
        "per_label": per_label(evaluation, rival),
        "decisions": model.decisions.select_related("by"),
    }


def difference(evaluation: Evaluation | None) -> dict[str, Any] | None:
    if evaluation is None or not evaluation.difference:
        return None
    gap = evaluation.difference
    verdict = "better" if gap["low"] > 0 else "worse" if gap["high"] < 0 else "can't tell"
    return {**gap, "verdict": verdict}


def per_label(evaluation: Evaluation | None, rival: Evaluation | None) -> list[dict[str, Any]]:
    rows = evaluation.per_label.items() if evaluation else []
    return [
        {"label": name, "candidate": scores, "champion": rival and rival.per_label.get(name)} for name, scores in rows
    ]


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


def decide(request: HttpRequest, model: ModelVersion, act: Callable[..., Any], done: str) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A decision needs a reason of at most 2,000 characters.")
        return redirect("model", pk=model.pk)
    try:
        act(model=model, by=person(request), reason=form.cleaned_data["reason"])
        messages.success(request, done)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("model", pk=model.pk)


@require_POST
@with_object(ROWS, Right.DECIDE)
def approve(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return decide(request, model, decisions.approve, f"{model} is approved and in service.")


@require_POST
@with_object(ROWS, Right.DECIDE)
def reject(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return decide(request, model, decisions.reject, f"{model} is rejected and will not serve.")


@require_POST
@with_object(ROWS, Right.DECIDE)
def roll_back(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return decide(request, model, decisions.roll_back, f"{model} is back in service.")
