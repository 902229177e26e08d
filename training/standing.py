"""Where a version stands once its gates have spoken: failed, before clinicians, or before an approver."""

from __future__ import annotations

from annotation.models import Project
from training import holds
from training.in_force import rules_of
from training.models import GateReport, ModelVersion, Run, Step, UatSession

Status = ModelVersion.Status
WAITS = {
    Status.GATES_FAILED: "A gate failed; reject the version, or override the gate with a reason.",
    Status.UAT: "Clinicians compare it with its rival; the test must be signed.",
    Status.PENDING_APPROVAL: "Waits for an approver's decision.",
}


def standing_after(run: Run, project: Project, *, tested: bool = False) -> ModelVersion.Status:
    """By the gates of `run` and the rules in force; `tested`: clinicians have signed for the version already."""
    if GateReport.objects.filter(run=run, passed=False).exists():
        return Status.GATES_FAILED
    rules = rules_of(project)
    first = not ModelVersion.objects.filter(project=project, status=Status.APPROVED).exists()
    # While automation stands still nothing goes into service that clinicians have not tested.
    asked = rules.uat == "always" or (rules.uat == "first" and first) or holds.frozen(project) is not None
    return Status.UAT if asked and not tested else Status.PENDING_APPROVAL


def signed_for(model: ModelVersion) -> bool:
    """Whether clinicians passed the version in its newest test that came to an end."""
    newest = model.uat_sessions.filter(status__in=(UatSession.Status.PASSED, UatSession.Status.FAILED)).first()
    return newest is not None and newest.status == UatSession.Status.PASSED


def untested(model: ModelVersion) -> str:
    """Why the version may not go into service while automation stands still; empty when it may, or when it does not."""
    hold = holds.frozen(model.project)
    if hold is None or signed_for(model):
        return ""
    return f"Automation stands still ({hold.reason}): only a version that clinicians have passed goes into service."


def move_over_the_gate(model: ModelVersion, run: Run) -> None:
    """An undecided version that fails its new gates waits for no approval, and one that passes them does again.

    A decision stands, and so does an override: it speaks of these very gates.
    """
    new = standing_after(run, model.project, tested=signed_for(model))
    over = (Status.UAT, Status.PENDING_APPROVAL) if new == Status.GATES_FAILED else (Status.GATES_FAILED,)
    if ModelVersion.objects.filter(pk=model.pk, status__in=over, overridden_by=None).update(status=new):
        waiting = Step.objects.filter(run=model.run_id, status=Step.Status.WAITING)
        waiting.update(message=WAITS[new])
