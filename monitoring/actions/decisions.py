"""Decisions: what was decided and its record are written together, or not at all."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotation.models import User
from monitoring.models import Decision
from training import runs
from training.actions import deployments, models
from training.models import Deployment, Evaluation, ModelVersion

Verb = Decision.Verb


@transaction.atomic
def approve(*, model: ModelVersion, by: User, reason: str) -> Deployment:
    """Approve a version and put it in service."""
    models.approve(model=model, by=by, reason=reason)
    deployment = deployments.deploy(model=model, by=by)
    _record(Verb.APPROVE, model, by, reason, deployment)
    runs.wake(model.run_id)
    return deployment


@transaction.atomic
def reject(*, model: ModelVersion, by: User, reason: str) -> None:
    models.reject(model=model, by=by, reason=reason)
    _record(Verb.REJECT, model, by, reason, None)
    runs.wake(model.run_id)


@transaction.atomic
def roll_back(*, model: ModelVersion, by: User, reason: str) -> Deployment:
    """Put an earlier version back in service."""
    deployment = deployments.roll_back(model=model, by=by, reason=reason)
    _record(Verb.ROLLBACK, model, by, reason, deployment)
    return deployment


def _record(verb: Decision.Verb, model: ModelVersion, by: User, reason: str, deployment: Deployment | None) -> None:
    Decision.objects.create(
        project=model.project,
        verb=verb,
        model=model,
        deployment=deployment,
        by=by,
        reason=reason.strip(),
        evidence=_evidence(model),
    )


def _evidence(model: ModelVersion) -> dict[str, Any]:
    """What the person could see of the model at that moment."""
    evaluation = Evaluation.objects.filter(model=model, run=model.run).first()
    if evaluation is None:
        return {}
    return {"evaluation": evaluation.pk, "scores": evaluation.scores, "difference": evaluation.difference}
