"""Put a model in service, and go back to an earlier one. Each change is a new Deployment row."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from training import ner
from training.actions.rollout_ends import end_all
from training.artefacts import verify
from training.models import Deployment, ModelVersion
from training.nudges import PRELABEL, after_commit
from training.standing import untested

Status = Deployment.Status


@transaction.atomic
def deploy(
    *, model: ModelVersion, by: User, ending: Status = Status.RETIRED, reason: str = "", back: bool = False
) -> Deployment:
    """Make an approved model the champion; every web process serves it within two seconds.

    `back`: it served before and is put back, which is allowed while automation stands still too.
    """
    lock(model.project_id)
    model.refresh_from_db(fields=["status"])
    if model.status != ModelVersion.Status.APPROVED:
        raise ActionError(f"{model} is not approved; only an approved model can serve.")
    champion = Deployment.objects.champion_of(model.project)
    if champion and champion.model_id == model.pk:
        raise TooLate(f"{model} is in service already.")
    if not back:
        require_tested(model)
    check_artefact(model)
    # One moment for both, so that there is no time without a champion.
    now = timezone.now()
    end_all(project_id=model.project_id, by=by, reason=f"{model} was put in service.", at=now)
    if champion:
        end(champion, by=by, status=ending, reason=reason or f"Replaced by {model}.", at=now)
    return start(model, by, now)


def promote(*, model: ModelVersion, by: User, reason: str) -> Deployment:
    """Put an approved version that stands by in service; the present one was not at fault."""
    if not reason.strip():
        raise ActionError("Putting a version in service needs a reason; write what it is better at.")
    return deploy(model=model, by=by, reason=reason.strip())


def roll_back(*, model: ModelVersion, by: User, reason: str) -> Deployment:
    """Put an earlier approved model back in service; the present one is marked as rolled back."""
    if not reason.strip():
        raise ActionError("A roll-back needs a reason; write what went wrong.")
    if not Deployment.objects.as_champion().filter(model=model).exists():
        raise ActionError(f"{model} never served, so there is nothing to go back to; choose one that did.")
    return deploy(model=model, by=by, ending=Status.ROLLED_BACK, reason=reason.strip(), back=True)


def require_tested(model: ModelVersion) -> None:
    """Raise ActionError while automation stands still and clinicians have not passed the version."""
    if why_not := untested(model):
        raise ActionError(why_not)


def lock(project_id: int) -> None:
    """One change of champion at a time: who waits here sees what the other did. Inside a transaction only."""
    Project.objects.hold(project_id)


def start(model: ModelVersion, by: User, at: datetime) -> Deployment:
    deployment = Deployment.objects.create(project=model.project, model=model, started_by=by, started_at=at)
    after_commit(PRELABEL, model.project_id)
    return deployment


def end(deployment: Deployment, *, by: User, status: Status, reason: str, at: datetime) -> bool:
    """False when it was over already."""
    rows = Deployment.objects.filter(pk=deployment.pk, status=Status.ACTIVE)
    return bool(rows.update(status=status, ended_at=at, ended_by=by, end_reason=reason))


def check_artefact(model: ModelVersion) -> None:
    try:
        verify(model)
    except ner.ArtefactError as error:
        raise ActionError(f"{model} can't serve: {error}") from error
