"""The record of a decision: written in the transaction of what was decided."""

from __future__ import annotations

from typing import Any

from annotation.models import User
from monitoring.models import Decision
from training.judgements import judged_in, judgements_of
from training.models import Deployment, GateReport, ModelVersion


def record(
    verb: str,
    model: ModelVersion,
    by: User,
    reason: str,
    confirmed: str = "",
    deployment: Deployment | None = None,
    evidence: dict[str, Any] | None = None,
) -> None:
    """`evidence` is what the decision rests on; without it, what a person can see of the version."""
    seen = evidence_of(model) if evidence is None else evidence
    Decision.objects.create(
        project=model.project,
        verb=verb,
        model=model,
        deployment=deployment,
        by=by,
        reason=reason.strip(),
        evidence={**seen, **({"confirmed": confirmed} if confirmed else {})},
    )


def evidence_of(model: ModelVersion) -> dict[str, Any]:
    """What a person could see of the model at that moment."""
    newest = judgements_of(model).first()
    failed = GateReport.objects.filter(run=judged_in(model), passed=False).values_list("kind", flat=True)
    gates = {"failed_gates": sorted(failed)} if failed else {}
    if newest is None:
        return gates
    return {"evaluation": newest.pk, "scores": newest.scores, "difference": newest.difference, **gates}
