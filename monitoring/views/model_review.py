"""Everything that a decision about a model version rests on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from annotation.access import Right, person
from monitoring.experiment_charts import reliability
from monitoring.gate_rows import gates_of
from monitoring.model_cards import badges
from monitoring.model_evaluations import evaluations_of
from monitoring.model_facts import facts_of
from monitoring.model_figures import figures_of
from monitoring.uat_rows import uat_of
from monitoring.views.confirming import confirmation
from monitoring.views.model_acts import Asked, acts_of
from training.feedback_figures import of_model
from training.judgements import judged_in
from training.models import Deployment, ModelVersion


def review(request: HttpRequest, model: ModelVersion) -> dict[str, Any]:
    """The figures, the gates, where the version comes from, and what this person can do with it."""
    rights = request.rights  # type: ignore[attr-defined]
    champion = Deployment.objects.champion_of(model.project)
    serving = bool(champion and champion.model_id == model.pk)
    return {
        "model": model,
        "serving": serving,
        "figures": figures_of(model),
        "facts": facts_of(model),
        "chart": reliability(model.calibration.get("bins", ()), ece=model.calibration.get("ece")),
        "gates": gates_of(judged_in(model), rights),
        "evaluations": evaluations_of(model, rights),
        "uat": uat_of(model, rights),
        "feedback": of_model(model),
        "badges": badges(model),
        "rollouts": model.rollouts.running(),
        "decisions": model.decisions.select_related("by", "model"),
        "acts": acts_of(Asked(model, serving, person(request), rights)),
        "confirmation": confirmation(request, model),
        **_development(model, may_try=Right.TRAIN in rights),
    }


def _development(model: ModelVersion, *, may_try: bool) -> dict[str, Any]:
    trial = Deployment.objects.active().filter(model=model, environment=Deployment.Environment.DEV).first()
    can_try = may_try and trial is None and model.status != ModelVersion.Status.ARCHIVED
    return {"trial": trial, "can_try": can_try}
