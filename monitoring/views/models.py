"""Model versions: the list, the review, and the model card."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project, with_object
from annotation.models import Project
from monitoring.model_cards import badges, card_of
from monitoring.model_facts import lead_times
from monitoring.views.model_decisions import ROWS
from monitoring.views.model_review import review
from training.models import Deployment, Evaluation, ModelVersion


@require_GET
@in_project(Right.VIEW)
def models(request: HttpRequest, project: Project) -> HttpResponse:
    champion = Deployment.objects.champion_of(project)
    rows = list(ROWS().filter(project=project))
    own = Evaluation.objects.filter(model__in=rows, role=Evaluation.Role.CANDIDATE, split="test")
    # The newest of each comes last and stands.
    scores, times = dict(own.order_by("pk").values_list("model", "scores")), lead_times(rows)
    for row in rows:
        row.evaluation = scores.get(row.pk)  # type: ignore[attr-defined]
        row.serving = champion is not None and champion.model_id == row.pk  # type: ignore[attr-defined]
        row.badges = badges(row)  # type: ignore[attr-defined]
        row.lead_time = times.get(row.pk, "")  # type: ignore[attr-defined]
    return render(request, "monitoring/models.html", {"models": rows})


@require_GET
@with_object(ROWS, Right.VIEW)
def model(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return render(request, "monitoring/model.html", review(request, model))


@require_GET
@with_object(ROWS, Right.VIEW)
def card(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    return render(request, "monitoring/model_card.html", {"model": model, "card": card_of(model)})


@require_GET
@with_object(ROWS, Right.VIEW)
def card_json(request: HttpRequest, model: ModelVersion) -> HttpResponse:
    name = f"{model.project.slug}-v{model.number}-card.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(card_of(model), json_dumps_params={"indent": 2}, headers=headers)
