"""A version goes out of service for good: rejected while it serves, or archived."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import User
from training import ner
from training.actions import deployments, models
from training.actions.rollout_ends import end_all
from training.artefacts import verify
from training.models import Deployment, ModelVersion
from training.service_history import earlier_champions

Environment = Deployment.Environment


@transaction.atomic
def withdraw(*, model: ModelVersion, by: User, reason: str) -> Deployment | None:
    """Reject the champion: the last champion before it that is still approved serves again, within two seconds.

    None when there is none: nothing serves then.
    """
    models.need_reason(reason)
    deployments.lock(model.project_id)
    champion = Deployment.objects.champion_of(model.project)
    if champion is None or champion.model_id != model.pk:
        raise TooLate(f"{model} is not in service any more; look at its page again.")
    now = timezone.now()
    successor = successor_of(model)
    # First its service, then its approval: the database lets nothing serve that is not approved.
    deployments.end(champion, by=by, status=Deployment.Status.ROLLED_BACK, reason=reason.strip(), at=now)
    end_all(project_id=model.project_id, by=by, reason=f"{model}, the champion, was rejected.", at=now)
    models.revoke(model=model, by=by, reason=reason)
    return deployments.start(successor, by, now) if successor else None


def successor_of(model: ModelVersion) -> ModelVersion | None:
    """What would serve if `model` were rejected: the latest champion but it that is approved and intact."""
    for earlier in earlier_champions(model):
        try:
            verify(earlier)
        except ner.ArtefactError:
            continue
        return earlier
    return None


@transaction.atomic
def archive(*, model: ModelVersion, by: User, reason: str) -> None:
    """Put away what does not serve; what tries it out in development ends with it."""
    deployments.lock(model.project_id)
    active = Deployment.objects.active().filter(model=model)
    if active.filter(environment=Environment.PROD).exists():
        raise ActionError(f"{model} is in service; put another version in service before it is archived.")
    models.archive(model=model, by=by, reason=reason)
    reason, retired = "The version was archived.", Deployment.Status.RETIRED
    for one in active.filter(environment=Environment.DEV):
        deployments.end(one, by=by, status=retired, reason=reason, at=timezone.now())
