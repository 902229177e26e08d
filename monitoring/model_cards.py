"""A version's model card: one dictionary of JSON values, which the page and the download both show."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Min

from monitoring.model_facts import facts_of
from monitoring.model_figures import Figures, figures_of
from training.in_force import rules_of
from training.judgements import judged_in
from training.model_card import intended_use, limits
from training.models import DatasetItem, Evaluation, GateReport, ModelVersion, Run


def card_of(model: ModelVersion) -> dict[str, Any]:
    figures, facts, judged = figures_of(model), facts_of(model), judged_in(model)
    return {
        "model": _model(model, facts),
        "intended_use": intended_use(model.labels),
        "data": {**_data(model), "candidates_compared_on_the_test_set": facts["compared"]},
        "metrics": _metrics(figures),
        "slices": _slices(figures),
        "calibration": model.calibration,
        "gates": _gates(judged),
        "limits": _limits(model, figures),
        "decision": _decision(model),
    }


def _model(model: ModelVersion, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "project": model.project.name,
        "version": model.number,
        "status": model.get_status_display(),
        "recipe": model.recipe,
        "settings": model.settings,
        "seed": model.run.seed,
        "labels": model.labels,
        "trained_at": model.created_at,
        "trained_by": str(model.trained_by or "") or None,
        "sha256": model.sha256,
        "signed": bool(model.signature),
        "damage": facts["damage"] or None,
        "bytes": model.size,
        "cpu_seconds": round(model.run.cpu_seconds, 1),
        "commit": facts["commit"],
        "libraries": facts["libraries"],
        "badges": badges(model),
    }


def badges(model: ModelVersion) -> list[str]:
    """What is said of a version for ever."""
    told = []
    if model.override_seconded_by_id:
        told.append("A failed gate was overridden")
    if model.tainted:
        told.append("Trained on a note that was erased since")
    return told


def _data(model: ModelVersion) -> dict[str, Any]:
    items = DatasetItem.objects.filter(dataset=model.dataset_id)
    period = items.aggregate(first=Min("note__received_at"), last=Max("note__received_at"))
    splits = dict(items.order_by().values_list("split").annotate(n=Count("pk")))
    test_set = model.dataset.test_set
    return {
        "dataset": model.dataset.version,
        "sha256": model.dataset.sha256,
        "notes": sum(splits.values()),
        "notes_per_split": splits,
        "labels": model.labels,
        "received_from": period["first"],
        "received_until": period["last"],
        "test_set": test_set and test_set.version,
        "test_set_sha256": test_set and test_set.sha256,
    }


def _metrics(figures: Figures) -> dict[str, Any]:
    def scores(evaluation: Evaluation | None) -> dict[str, Any] | None:
        return {**evaluation.scores, "per_label": evaluation.per_label} if evaluation else None

    champion, own = figures.champion, figures.candidate
    return {
        "evaluated_at": own and own.created_at,
        "evaluated_on": own and str(own.dataset.test_set or own.dataset),
        "definition": "Exact match of span and label; micro F1 with its 95 % interval, notes resampled.",
        "candidate": scores(figures.candidate),
        "champion": champion and {**(scores(champion) or {}), "version": champion.model and champion.model.number},
        "baseline": scores(figures.baseline),
        "difference_to_champion": figures.difference,
        "difference_to_baseline": figures.over_baseline,
    }


def _slices(figures: Figures) -> dict[str, Any]:
    """As the model's page orders them: {facet: {value: scores}}."""
    return {facet.name: {row.name: row.candidate for row in facet.rows} for facet in figures.slices}


def _gates(run: Run) -> list[dict[str, Any]]:
    names = ("name", "passed", "sentence")
    return [
        {
            "gate": row.get_kind_display(),
            "passed": row.passed,
            "checks": [{name: check[name] for name in names} for check in row.report["checks"]],
        }
        for row in GateReport.objects.filter(run=run)
    ]


def _limits(model: ModelVersion, figures: Figures) -> list[str]:
    rules, own = rules_of(model.project), figures.candidate
    test = DatasetItem.objects.filter(dataset=model.dataset_id, split=DatasetItem.Split.TEST).order_by()
    told = limits(
        own.scores if own else None,
        own.per_label if own else {},
        own.slices if own else {},
        few_notes=rules.slice_notes,
        few_entities=rules.slice_entities,
        languages=dict(test.values_list("note__language").annotate(n=Count("pk"))),
        ece=model.calibration.get("ece"),
    )
    return told + [f"{badge}." for badge in badges(model)]


def _decision(model: ModelVersion) -> dict[str, Any]:
    override = model.override_seconded_by_id and {
        "by": str(model.overridden_by),
        "seconded_by": str(model.override_seconded_by),
        "reason": model.override_reason,
    }
    return {
        "status": model.get_status_display(),
        "by": str(model.decided_by or "") or None,
        "at": model.decided_at,
        "reason": model.decision_reason or None,
        "override": override or None,
    }
