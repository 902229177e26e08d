"""Decide on model versions. The reason and the person are part of the row; monitoring keeps the full record."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from training.actions import rollout_ends
from training.actions.uat import objection
from training.judgements import judged_in, reopening_refusal
from training.models import Deployment, ModelVersion
from training.standing import signed_for, standing_after, untested

Status = ModelVersion.Status
UNDECIDED = (Status.GATES_FAILED, Status.UAT, Status.PENDING_APPROVAL)
NO_REASON = "A decision needs a reason; write what it rests on."


def approve(*, model: ModelVersion, by: User, reason: str) -> None:
    """Four eyes: whoever started the training can't approve its model."""
    if why_not := refusal(model, by):
        raise ActionError(why_not)
    _decide(model, by, reason, Status.APPROVED, [Status.PENDING_APPROVAL])


@transaction.atomic
def reject(*, model: ModelVersion, by: User, reason: str) -> None:
    """Also a version that failed a gate, or that clinicians still compare. Of one that serves, see ``retirement``."""
    _decide(model, by, reason, Status.REJECTED, UNDECIDED)
    rollout_ends.end_of(model=model, by=by, reason=f"{model} was rejected.")


def revoke(*, model: ModelVersion, by: User, reason: str) -> None:
    """Reject what was approved. The database refuses it as long as the version serves."""
    _decide(model, by, reason, Status.REJECTED, [Status.APPROVED])


def reopen(*, model: ModelVersion, by: User, reason: str) -> None:
    """A rejected version waits again, when it was evaluated since and passed: the same figures, the same answer."""
    need_reason(reason)
    if model.status == Status.REJECTED and (why_not := reopening_refusal(model)):
        raise ActionError(f"{model} can't be opened again: {why_not}")
    # A clinicians' test that the rules ask for is not got round by a rejection.
    status = standing_after(judged_in(model), model.project, tested=signed_for(model))
    rows = ModelVersion.objects.filter(pk=model.pk, status=Status.REJECTED, decided_at=model.decided_at)
    moved = rows.update(status=status, decided_by=None, decided_at=None, decision_reason="")
    _moved(moved, model, "can't be opened again")


def archive(*, model: ModelVersion, by: User, reason: str) -> None:
    """Put away for good: it stays on record, with who decided on it. Of one with deployments, see ``retirement``."""
    need_reason(reason)
    rows = ModelVersion.objects.filter(pk=model.pk, status__in=(Status.APPROVED, Status.REJECTED))
    _moved(rows.update(status=Status.ARCHIVED), model, "can't be archived")


def override(*, model: ModelVersion, by: User, reason: str) -> None:
    """Overrule a failed gate: the first of two people; nothing changes until an approver seconds it."""
    if why_not := override_refusal(model, by):
        raise ActionError(why_not)
    need_reason(reason)
    rows = ModelVersion.objects.filter(pk=model.pk, status=Status.GATES_FAILED, overridden_by=None)
    moved = rows.update(overridden_by=by, override_reason=reason.strip())
    _moved(moved, model, "can't be overridden")


def second(*, model: ModelVersion, by: User, reason: str) -> None:
    """The second of two people: the version waits for approval from now on, and its badge stays for ever."""
    if why_not := override_refusal(model, by):
        raise ActionError(why_not)
    need_reason(reason)
    rows = ModelVersion.objects.filter(pk=model.pk, status=Status.GATES_FAILED, overridden_by__isnull=False)
    moved = rows.exclude(overridden_by=by).update(status=Status.PENDING_APPROVAL, override_seconded_by=by)
    _moved(moved, model, "has no override to second")


def refusal(model: ModelVersion, by: User) -> str:
    """Why `by` may not approve this model; empty when nothing speaks against it."""
    if model.trained_by_id == by.pk:
        return "You started this training; somebody else must approve its model."
    return untested(model) or objection(model)


def override_refusal(model: ModelVersion, by: User) -> str:
    """Why `by` may neither override nor second; empty when nothing speaks against it."""
    if model.trained_by_id == by.pk:
        return "You started this training; two others must answer for its failed gate."
    if model.overridden_by_id == by.pk:
        return "You overrode the gate yourself; an approver other than you must second it."
    return ""


def _decide(
    model: ModelVersion, by: User, reason: str, status: ModelVersion.Status, out_of: Sequence[ModelVersion.Status]
) -> None:
    need_reason(reason)
    decided = ModelVersion.objects.filter(pk=model.pk, status__in=out_of).update(
        status=status, decided_by=by, decided_at=timezone.now(), decision_reason=reason.strip()
    )
    _moved(decided, model, f"can't be {status.label.lower()} now")


def need_reason(reason: str) -> None:
    if not reason.strip():
        raise ActionError(NO_REASON)


def _moved(rows: int, model: ModelVersion, cannot: str) -> None:
    """After a guarded update: the new row, or why there is none."""
    before = model.status
    model.refresh_from_db()
    if rows:
        return
    state = model.get_status_display().lower()
    if model.decided_by:
        raise TooLate(f"{model} is {state} already, by {model.decided_by}.")
    if model.overridden_by and model.status == before:
        raise TooLate(f"{model} was overridden already, by {model.overridden_by}.")
    raise ActionError(f"{model} {cannot}: {state}.")


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
