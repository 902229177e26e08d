"""Decide on model versions. The reason and the person are part of the row; monitoring keeps the full record."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from training.models import Deployment, ModelVersion

Status = ModelVersion.Status
UNDECIDED = (Status.GATES_FAILED, Status.UAT, Status.PENDING_APPROVAL)


def approve(*, model: ModelVersion, by: User, reason: str) -> None:
    """Four eyes: whoever started the training can't approve its model."""
    if why_not := refusal(model, by):
        raise ActionError(why_not)
    _decide(model, by, reason, Status.APPROVED, [Status.PENDING_APPROVAL])


def reject(*, model: ModelVersion, by: User, reason: str) -> None:
    """Also a version that failed a gate, or that clinicians still compare."""
    _decide(model, by, reason, Status.REJECTED, UNDECIDED)


def refusal(model: ModelVersion, by: User) -> str:
    """Why `by` may not approve this model; empty when nothing speaks against it."""
    if model.trained_by_id == by.pk:
        return "You started this training; somebody else must approve its model."
    return ""


def _decide(
    model: ModelVersion, by: User, reason: str, status: ModelVersion.Status, out_of: Sequence[ModelVersion.Status]
) -> None:
    reason = reason.strip()
    if not reason:
        raise ActionError("A decision needs a reason; write what it rests on.")
    decided = ModelVersion.objects.filter(pk=model.pk, status__in=out_of).update(
        status=status, decided_by=by, decided_at=timezone.now(), decision_reason=reason
    )
    if not decided:
        model.refresh_from_db()
        state = model.get_status_display().lower()
        if model.decided_by:
            raise TooLate(f"{model} is {state} already, by {model.decided_by}.")
        raise ActionError(f"{model} can't be {status.label.lower()} now: {state}.")
    model.refresh_from_db()


def find(number: int, project: Project | None) -> ModelVersion:
    """The version with this number: of `project`, or the only one, or the only one that waits for approval."""
    matching = ModelVersion.objects.filter(number=number).select_related("project")
    rows = list(matching.filter(project=project) if project else matching)
    waiting = [model for model in rows if model.status == Status.PENDING_APPROVAL]
    choice = rows if len(rows) == 1 else waiting
    if len(choice) == 1:
        return choice[0]
    if not rows:
        raise ActionError(f"There is no model v{number}; the models page lists those there are.")
    raise ActionError(f"v{number} exists in {', '.join(m.project.slug for m in rows)}; say which with --project.")


def serving_in(project: Project) -> ModelVersion:
    champion = Deployment.objects.champion_of(project)
    if champion is None:
        raise ActionError(f"No model of {project.name} is in service; approve one first.")
    return champion.model
