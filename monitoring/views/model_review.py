"""The figures that a decision about a model version rests on."""

from __future__ import annotations

from typing import Any

from training.models import Evaluation, ModelVersion


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
