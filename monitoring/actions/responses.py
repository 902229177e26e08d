"""A project's response moves by events: the pure machine says how, this keeps the row and the record of each move.

Where it stands, what is done and why are written together, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.actions import people
from annotation.errors import ActionError
from annotation.models import Project, User
from monitoring.actions import carrying_out, policies
from monitoring.models import Decision, Response, Window
from monitoring.policy import Event, Kind, Level, Move, NotNowError, Standing, State, respond
from training import holds
from training.models import Deployment, ModelVersion

Verb = Decision.Verb
# What a move is called on record, by where it leads.
BY_STATE = {
    State.COLLECTING: Verb.COLLECT,
    State.RETRAINING: Verb.RETRAIN,
    State.INVESTIGATING: Verb.INVESTIGATE,
    State.SNOOZED: Verb.SNOOZE,
}
BY_KIND = {Kind.STOP: Verb.STOP, Kind.RESUME: Verb.RESUME}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who moves it: a person with a reason, or the policy because of what it saw."""

    by: User | None = None
    reason: str = ""
    confirmed: str = ""
    model: ModelVersion | None = None
    window: Window | None = None
    # Where the response stood when this was seen; if it moved since, nothing is done.
    expected: tuple[str, bool, int | None] | None = None


def of(project: Project) -> Response:
    """Where it stands; idle when nothing was ever measured."""
    row = Response.objects.filter(project=project).select_related("champion", "model__project", "run").first()
    return row or Response(project=project, since=project.created_at)


def level_changed(*, project: Project, window: Window) -> Move | None:
    """The newest window was judged."""
    event = Event(Kind.LEVEL, level=Level(window.level))
    return move(project=project, event=event, asked=Asked(window=window), at=window.ends_at)


@transaction.atomic
def move(*, project: Project, event: Event, asked: Asked, at: datetime | None = None) -> Move | None:
    """None when somebody else moved it first. Raises ActionError when a person asks for what does not fit now, or
    gives no reason."""
    at = at or timezone.now()
    if asked.by and not asked.reason.strip():
        raise ActionError("A decision needs a reason; write what it rests on.")
    row = _locked(project, at)
    if asked.expected and asked.expected != (row.state, row.tested, row.champion_id):
        return None
    values = policies.values_of(project)
    try:
        found = respond(_standing(row), event, values, at)
    except NotNowError as error:
        raise ActionError(str(error)) from error
    _keep(row, found, event, asked, at)
    window = asked.window or newest_window(row)
    order = carrying_out.Order(project, row, window, values, found.sentence, at, because=asked.reason)
    trouble = carrying_out.carry_out(order, found.actions)
    if found.moved:
        _record(row, found, event, asked, trouble)
    return found


def newest_window(row: Response) -> Window | None:
    return Window.objects.filter(model=row.champion).first() if row.champion_id else None


def _locked(project: Project, at: datetime) -> Response:
    Project.objects.hold(project.pk)
    row, _ = Response.objects.select_for_update().get_or_create(project=project, defaults={"since": at})
    if row.champion_id is None and (champion := Deployment.objects.champion_of(project)):
        row.champion = champion.model
    return row


def _standing(row: Response) -> Standing:
    return Standing(
        State(row.state),
        Level(row.level),
        row.tries,
        row.tested,
        row.stopped_at is not None,
        row.retrained_at,
        row.snoozed_until,
    )


def _keep(row: Response, found: Move, event: Event, asked: Asked, at: datetime) -> None:
    now = found.standing
    if now.state != row.state:
        row.since = at
    row.state, row.level, row.tries, row.tested = now.state.value, now.level.value, now.tries, now.tested
    row.retrained_at, row.snoozed_until = now.retrained_at, now.snoozed_until
    if event.kind in (Kind.GATES_PASSED, Kind.UAT_PASSED) and asked.model:
        row.model = asked.model
    if event.kind in (Kind.STOP, Kind.RESUME):
        holds.set_stopped(project=row.project, stopped=event.kind == Kind.STOP, reason=f"Switched off: {asked.reason}")
    if event.kind == Kind.STOP and asked.by:
        row.stopped_at, row.stopped_by, row.stop_reason = at, asked.by, asked.reason.strip()
    if event.kind == Kind.RESUME:
        row.stopped_at, row.stopped_by, row.stop_reason = None, None, ""
    if event.kind == Kind.DEPLOYED and asked.model:
        row.champion = asked.model
    if now.state in (State.IDLE, State.COLLECTING, State.INVESTIGATING):
        row.model = row.run = None
    if now.state not in (State.INVESTIGATING, State.AWAITING_APPROVAL):
        row.experiment = None
    row.save()


def _record(row: Response, found: Move, event: Event, asked: Asked, trouble: list[str]) -> None:
    verb = BY_KIND.get(event.kind) or BY_STATE.get(found.standing.state, Verb.NONE)
    Decision.objects.create(
        project=row.project,
        verb=verb,
        model=asked.model or row.champion,
        by=asked.by or people.system("policy"),
        reason=asked.reason.strip() or found.sentence,
        evidence=_evidence(row, found, event, asked, trouble),
    )


def _evidence(row: Response, found: Move, event: Event, asked: Asked, trouble: list[str]) -> dict[str, Any]:
    window = asked.window or newest_window(row)
    newest = policies.newest_of(row.project)
    return {
        "event": event.kind.value,
        "state": found.standing.state.value,
        "level": found.standing.level.value,
        "said": found.sentence,
        "policy": newest.version if newest else 0,
        "actions": [action.value for action in found.actions],
        **({"window": window.pk, "reasons": [one["sentence"] for one in window.reasons]} if window else {}),
        **({"could_not": trouble} if trouble else {}),
        **({"confirmed": asked.confirmed} if asked.confirmed else {}),
    }


def override(*, project: Project, by: User, reason: str, until: datetime, confirmed: str = "") -> Move | None:
    """A named person puts it off for a while."""
    return move(project=project, event=Event(Kind.OVERRIDE, until=until), asked=Asked(by, reason, confirmed))


def ask(*, project: Project, kind: Kind, by: User, reason: str, confirmed: str = "") -> Move | None:
    """A person asks for a training or an investigation, or switches automation off or on."""
    return move(project=project, event=Event(kind), asked=replace(Asked(by, reason), confirmed=confirmed))
