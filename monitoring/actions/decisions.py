"""Decisions: what was decided and its record are written together, or not at all.

`confirmed` says how the person was asked again who they are: "password", "version" (typed), or nothing.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotation.models import User
from monitoring.models import Decision
from training import runs
from training.actions import deployments, development, models, retirement
from training.judgements import judged_in, judgements_of
from training.models import Deployment, GateReport, ModelVersion

Verb = Decision.Verb
# A standby version takes over; no roll-back, since the one before was not at fault.


@transaction.atomic
def approve(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> Deployment:
    """Approve a version and put it in service."""
    models.approve(model=model, by=by, reason=reason)
    deployment = deployments.deploy(model=model, by=by)
    _record(Verb.APPROVE, model, by, reason, confirmed, deployment)
    runs.wake(model.run_id)
    return deployment


@transaction.atomic
def reject(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    models.reject(model=model, by=by, reason=reason)
    _record(Verb.REJECT, model, by, reason, confirmed)
    runs.wake(model.run_id)


@transaction.atomic
def withdraw(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> Deployment | None:
    """Reject the version in service; the champion before it serves again. Both are on record."""
    successor = retirement.withdraw(model=model, by=by, reason=reason)
    _record(Verb.REJECT, model, by, reason, confirmed)
    if successor:
        words = f"{model} was rejected: {reason.strip()}"
        _record(Verb.ROLLBACK, successor.model, by, words, confirmed, successor)
    runs.wake(model.run_id)
    return successor


@transaction.atomic
def override(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    """Overrule a failed gate; an approver must second it."""
    models.override(model=model, by=by, reason=reason)
    _record(Verb.OVERRIDE, model, by, reason, confirmed)


@transaction.atomic
def second(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    """Second an override: the version waits for approval now."""
    models.second(model=model, by=by, reason=reason)
    _record(Verb.SECOND, model, by, reason, confirmed)
    runs.wake(model.run_id)


@transaction.atomic
def reopen(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    models.reopen(model=model, by=by, reason=reason)
    _record(Verb.REOPEN, model, by, reason, confirmed)


@transaction.atomic
def archive(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    retirement.archive(model=model, by=by, reason=reason)
    _record(Verb.ARCHIVE, model, by, reason, confirmed)


@transaction.atomic
def roll_back(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> Deployment:
    """Put an earlier version back in service; the present one is marked as rolled back."""
    deployment = deployments.roll_back(model=model, by=by, reason=reason)
    _record(Verb.ROLLBACK, model, by, reason, confirmed, deployment)
    return deployment


@transaction.atomic
def promote(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> Deployment:
    """Put an approved version that stands by in service."""
    deployment = deployments.promote(model=model, by=by, reason=reason)
    _record(Verb.PROMOTE, model, by, reason, confirmed, deployment)
    return deployment


@transaction.atomic
def deploy_to_dev(*, model: ModelVersion, by: User) -> Deployment:
    """Try a version out under an address of its own."""
    deployment = development.deploy_to_dev(model=model, by=by)
    _record(Verb.DEV, model, by, "To try it out.", "", deployment)
    return deployment


def _record(
    verb: str, model: ModelVersion, by: User, reason: str, confirmed: str, deployment: Deployment | None = None
) -> None:
    Decision.objects.create(
        project=model.project,
        verb=verb,
        model=model,
        deployment=deployment,
        by=by,
        reason=reason.strip(),
        evidence={**_evidence(model), **({"confirmed": confirmed} if confirmed else {})},
    )


def _evidence(model: ModelVersion) -> dict[str, Any]:
    """What the person could see of the model at that moment."""
    newest = judgements_of(model).first()
    failed = GateReport.objects.filter(run=judged_in(model), passed=False).values_list("kind", flat=True)
    gates = {"failed_gates": sorted(failed)} if failed else {}
    if newest is None:
        return gates
    return {"evaluation": newest.pk, "scores": newest.scores, "difference": newest.difference, **gates}
