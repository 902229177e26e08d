"""Decisions: what was decided and its record are written together, or not at all.

`confirmed` says how the person was asked again who they are: "password", "version" (typed), or nothing.
"""

from __future__ import annotations

from django.db import transaction

from annotation.models import User
from monitoring.actions.record import record
from monitoring.models import Decision
from training import runs
from training.actions import deployments, development, models, retirement, rollouts
from training.models import Deployment, ModelVersion

Verb = Decision.Verb


@transaction.atomic
def approve(*, model: ModelVersion, by: User, reason: str, confirmed: str = "", canary: bool = False) -> Deployment:
    """Approve a version and put it in service: at once, or by `canary`; the first of a project always at once."""
    models.approve(model=model, by=by, reason=reason)
    if canary and Deployment.objects.champion_of(model.project):
        deployment = rollouts.start_canary(model=model, by=by).deployment
    else:
        deployment = deployments.deploy(model=model, by=by)
    record(Verb.APPROVE, model, by, reason, confirmed, deployment)
    runs.wake(model.run_id)
    return deployment


@transaction.atomic
def reject(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    models.reject(model=model, by=by, reason=reason)
    record(Verb.REJECT, model, by, reason, confirmed)
    runs.wake(model.run_id)


@transaction.atomic
def withdraw(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> Deployment | None:
    """Reject the version in service; the champion before it serves again. Both are on record."""
    successor = retirement.withdraw(model=model, by=by, reason=reason)
    record(Verb.REJECT, model, by, reason, confirmed)
    if successor:
        words = f"{model} was rejected: {reason.strip()}"
        record(Verb.ROLLBACK, successor.model, by, words, confirmed, successor)
    runs.wake(model.run_id)
    return successor


@transaction.atomic
def override(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    """Overrule a failed gate; an approver must second it."""
    models.override(model=model, by=by, reason=reason)
    record(Verb.OVERRIDE, model, by, reason, confirmed)


@transaction.atomic
def second(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    """Second an override: the version waits for approval now."""
    models.second(model=model, by=by, reason=reason)
    record(Verb.SECOND, model, by, reason, confirmed)
    runs.wake(model.run_id)


@transaction.atomic
def reopen(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    models.reopen(model=model, by=by, reason=reason)
    record(Verb.REOPEN, model, by, reason, confirmed)


@transaction.atomic
def archive(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> None:
    retirement.archive(model=model, by=by, reason=reason)
    record(Verb.ARCHIVE, model, by, reason, confirmed)


@transaction.atomic
def roll_back(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> Deployment:
    """Put an earlier version back in service; the present one is marked as rolled back."""
    deployment = deployments.roll_back(model=model, by=by, reason=reason)
    record(Verb.ROLLBACK, model, by, reason, confirmed, deployment)
    return deployment


@transaction.atomic
def promote(*, model: ModelVersion, by: User, reason: str, confirmed: str = "") -> Deployment:
    """Put an approved version that stands by in service."""
    deployment = deployments.promote(model=model, by=by, reason=reason)
    record(Verb.PROMOTE, model, by, reason, confirmed, deployment)
    return deployment


@transaction.atomic
def deploy_to_dev(*, model: ModelVersion, by: User) -> Deployment:
    """Try a version out under an address of its own."""
    deployment = development.deploy_to_dev(model=model, by=by)
    record(Verb.DEV, model, by, "To try it out.", "", deployment)
    return deployment
