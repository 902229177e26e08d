"""How a version was judged over time, and whether it can be evaluated again now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from annotation.access import Right
from annotation.errors import ActionError
from training.judgements import judgements_of
from training.models import Evaluation, GateReport, ModelVersion, Run
from training.steps.again import comparable
from training.subjects import at_work

ASKING = frozenset({Right.TRAIN, Right.DECIDE})


@dataclass(frozen=True, slots=True)
class Judged:
    """An evaluation with the gates of its run; `failed` names those that it did not pass."""

    evaluation: Evaluation
    test_set: str
    again: bool
    failed: str


def evaluations_of(model: ModelVersion, rights: Collection[str]) -> dict[str, Any]:
    """``{rows, at_work, broken, may_ask, why_not, test_set}`` for ``monitoring/_model_evaluations.html``."""
    rows = list(judgements_of(model))
    failed: dict[int, list[str]] = {}
    for report in GateReport.objects.filter(run__in=[row.run_id for row in rows], passed=False):
        failed.setdefault(report.run_id, []).append(report.get_kind_display())
    newest = model.jobs.filter(kind=Run.Kind.EVALUATE).first()
    may_ask = model.status != ModelVersion.Status.ARCHIVED and bool(ASKING & set(rights))
    return {
        "rows": [_judged(row, model, failed) for row in rows],
        "at_work": at_work(model, Run.Kind.EVALUATE),
        "broken": newest if newest and newest.status == Run.Status.FAILED else None,
        "may_ask": may_ask,
        **(_asked(model) if may_ask else {}),
    }


def _judged(row: Evaluation, model: ModelVersion, failed: dict[int, list[str]]) -> Judged:
    dataset = row.dataset.test_set or row.dataset
    name = f"v{dataset.version}"
    return Judged(row, name, row.run_id != model.run_id, ", ".join(failed.get(row.run_id, ())))


def _asked(model: ModelVersion) -> dict[str, Any]:
    try:
        return {"test_set": comparable(model), "why_not": ""}
    except ActionError as error:
        return {"test_set": None, "why_not": str(error)}
