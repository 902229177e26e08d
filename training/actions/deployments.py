"""Put a model in service, and go back to an earlier one. Each change is a new Deployment row."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from training import ner
from training.artefacts import verify
from training.models import Deployment, ModelVersion
from training.nudges import PRELABEL, after_commit

Status = Deployment.Status


@transaction.atomic
def deploy(*, model: ModelVersion, by: User, ending: Status = Status.RETIRED, reason: str = "") -> Deployment:
    """Make an approved model the champion; every web process serves it within two seconds."""
    # One change of champion at a time: who waits here sees what the other did.
    Project.objects.select_for_update(no_key=True).get(pk=model.project_id)
    if model.status != ModelVersion.Status.APPROVED:
        raise ActionError(f"{model} is not approved; only an approved model can serve.")
    champion = Deployment.objects.champion_of(model.project)
    if champion and champion.model_id == model.pk:
        raise TooLate(f"{model} is in service already.")
    _check_artefact(model)
    if champion:
        _end(champion, by, ending, reason or f"Replaced by {model}.")
    deployment = Deployment.objects.create(project=model.project, model=model, started_by=by, started_at=timezone.now())
    after_commit(PRELABEL, model.project_id)
    return deployment


def roll_back(*, model: ModelVersion, by: User, reason: str) -> Deployment:
    """Put an earlier approved model back in service; the present one is marked as rolled back."""
    if not reason.strip():
        raise ActionError("A roll-back needs a reason; write what went wrong.")
    if not model.deployments.exists():
        raise ActionError(f"{model} never served, so there is nothing to go back to; choose one that did.")
    return deploy(model=model, by=by, ending=Status.ROLLED_BACK, reason=reason.strip())


def _check_artefact(model: ModelVersion) -> None:
    try:
        verify(model)
    except ner.ArtefactError as error:
        raise ActionError(f"{model} can't serve: {error}") from error


def _end(deployment: Deployment, by: User, status: Status, reason: str) -> None:
    Deployment.objects.filter(pk=deployment.pk, status=Status.ACTIVE).update(
        status=status, ended_at=timezone.now(), ended_by=by, end_reason=reason
    )
