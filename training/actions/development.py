"""Try a version out: a deployment under an address of its own, beside production and never in its place."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import User
from training.actions import deployments
from training.models import Deployment, ModelVersion


@transaction.atomic
def deploy_to_dev(*, model: ModelVersion, by: User) -> Deployment:
    """Any version that is not archived, approved or not. Nothing that it is sent is stored."""
    # Archiving waits for this row, or this sees that it is archived.
    model = ModelVersion.objects.select_related("project").select_for_update(of=("self",)).get(pk=model.pk)
    if model.status == ModelVersion.Status.ARCHIVED:
        raise ActionError(f"{model} is archived; try another version out.")
    deployments.check_artefact(model)
    row = Deployment(project=model.project, model=model, started_by=by, started_at=timezone.now())
    row.environment, row.role = Deployment.Environment.DEV, Deployment.Role.TEST
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise TooLate(f"{model} is in development already; its address is on the deployments page.") from error
    return row


def end_dev(*, deployment: Deployment, by: User, reason: str = "") -> None:
    if deployment.environment != Deployment.Environment.DEV:
        raise ActionError("Production is ended by putting another version in service, or by rejecting this one.")
    reason = reason.strip() or "Ended by hand."
    retired = Deployment.Status.RETIRED
    if not deployments.end(deployment, by=by, status=retired, reason=reason, at=timezone.now()):
        raise TooLate(f"The development deployment of {deployment.model} was ended already.")
