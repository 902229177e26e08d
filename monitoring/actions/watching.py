"""What became of a response's work is read off the rows, again and again: no message that gets lost stops it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from annotation.models import Project
from monitoring.actions import policies, responses
from monitoring.actions.responses import Asked
from monitoring.models import Response
from monitoring.policy import Event, Kind, State
from training import changes
from training.models import Deployment, ModelVersion, Rollout, Run, UatSession

Status = ModelVersion.Status
# More than a response can go through at once.
MOST_MOVES = 6
PASSED = (Status.UAT, Status.PENDING_APPROVAL, Status.APPROVED)


def watch(project: Project, at: datetime | None = None) -> list[Kind]:
    """Move the response by all that happened; what it was moved by."""
    at, moved = at or timezone.now(), []
    for _ in range(MOST_MOVES):
        row = Response.objects.filter(project=project).select_related("champion", "model", "run").first()
        found = _happened(row, at) if row else None
        if found is None:
            break
        kind, model = found
        before = (row.state, row.tested, row.champion_id) if row else None
        asked = Asked(model=model, expected=before)
        if responses.move(project=project, event=Event(kind), asked=asked, at=at) is None:
            break
        moved.append(kind)
        row = Response.objects.get(project=project)
        if (row.state, row.tested, row.champion_id) == before:
            break
    return moved


def _happened(row: Response, at: datetime) -> tuple[Kind, ModelVersion | None] | None:
    """The next event, with the version that it is about."""
    state = State(row.state)
    # Where approval puts a version in service at once, approval still comes first.
    if state == State.AWAITING_APPROVAL and (found := _awaiting(row)):
        return found
    # So it does where a tested version went into service before anybody looked.
    if state == State.INVESTIGATING and (tested := _passed_by_clinicians(row)):
        return Kind.UAT_PASSED, tested
    champion = Deployment.objects.champion_of(row.project)
    if champion and row.champion_id and champion.model_id != row.champion_id:
        own = state != State.DEPLOYING or champion.model_id == row.model_id
        return (Kind.DEPLOYED, champion.model) if own else (Kind.ROLLED_BACK, row.model)
    return _by_state(row, state, at)


def _by_state(row: Response, state: State, at: datetime) -> tuple[Kind, ModelVersion | None] | None:
    if state == State.COLLECTING:
        return _collecting(row)
    if state == State.RETRAINING:
        return _retraining(row)
    if state == State.DEPLOYING:
        return _deploying(row)
    if state == State.SNOOZED and row.snoozed_until and row.snoozed_until <= at:
        return Kind.EXPIRED, None
    return None


def _collecting(row: Response) -> tuple[Kind, None] | None:
    enough = policies.values_of(row.project).collect_gold
    return (Kind.ENOUGH_GOLD, None) if changes.fresh_since_last_snapshot(row.project) >= enough else None


def _retraining(row: Response) -> tuple[Kind, ModelVersion | None] | None:
    run = row.run
    model = ModelVersion.objects.filter(run=run).select_related("project").first() if run else None
    if model and model.status in PASSED:
        return Kind.GATES_PASSED, model
    if run is None or run.status in (Run.Status.FAILED, Run.Status.CANCELLED):
        return Kind.FAILED, model
    return (Kind.FAILED, model) if model or run.status == Run.Status.SUCCEEDED else None


def _awaiting(row: Response) -> tuple[Kind, ModelVersion | None] | None:
    model = row.model
    if model is None or model.status in (Status.REJECTED, Status.ARCHIVED, Status.GATES_FAILED):
        return Kind.REJECTED, model
    if not row.tested and model.uat_sessions.filter(status=UatSession.Status.PASSED).exists():
        return Kind.UAT_PASSED, model
    return (Kind.APPROVED, model) if model.status == Status.APPROVED else None


def _deploying(row: Response) -> tuple[Kind, ModelVersion | None] | None:
    """The champion is another one still."""
    running = Rollout.objects.filter(model=row.model).answering()
    return None if running.running().exists() else (Kind.ROLLED_BACK, row.model)


def _passed_by_clinicians(row: Response) -> ModelVersion | None:
    """A version that passed the clinicians' test since the investigation began, and is not in service."""
    sessions = UatSession.objects.filter(
        model__project=row.project, status=UatSession.Status.PASSED, signed_at__gte=row.since
    )
    among = (Status.PENDING_APPROVAL, Status.APPROVED)
    rows = ModelVersion.objects.filter(uat_sessions__in=sessions, status__in=among).select_related("project")
    return next((model for model in rows.order_by("-pk") if model.pk != row.champion_id), None)
