"""The clinicians' test as pages show it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from annotation.access import Right
from annotation.models import Project, User
from annotation.spans import Span
from annotation.views import note_marks
from training.actions.uat import no_signature, raters_for
from training.in_force import rules_of
from training.models import ModelVersion, Run, UatItem, UatSession
from training.uat_opening import MOST_NOTES
from training.uat_state import is_complete, progress_of, result_for, turn_of

Status = ModelVersion.Status
ONLY_HERE = "mark-only"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two texts: what the model of that side found, and how much the other did not."""

    name: str
    place: str
    text: SafeString
    count: int
    only: int


def sides(item: UatItem, colours: dict[str, int]) -> list[Side]:
    """Left and right as the item's lot put them; what one side alone marks is outlined."""
    ours, theirs = _spans(item.candidate_spans), _spans(item.rival_spans)
    left, right = (theirs, ours) if item.swapped else (ours, theirs)
    return [
        _side("A", "left", item.note.text, left, right, colours),
        _side("B", "right", item.note.text, right, left, colours),
    ]


def _side(name: str, place: str, text: str, spans: list[Span], others: list[Span], colours: dict[str, int]) -> Side:
    only = set(spans) - set(others)
    marked = note_marks.html(text, spans, colours, dict.fromkeys(only, ONLY_HERE))
    return Side(name, place, marked, len(spans), len(only))


def _spans(rows: list[dict[str, Any]]) -> list[Span]:
    return [Span(row["start"], row["end"], row["label"]) for row in rows]


def session_page(session: UatSession, user: User, rights: Collection[str]) -> dict[str, Any]:
    """Progress for everybody; the result once all is rated, as nobody shall rate with it in mind."""
    complete = is_complete(session)
    is_open = session.status == UatSession.Status.OPEN
    progress = progress_of(session)
    own = next(((done, total) for rater, done, total in progress if rater.pk == user.pk), None)
    return {
        "session": session,
        "progress": progress,
        "complete": complete,
        "result": result_for(session) if complete else None,
        "rates": is_open and own is not None and own[0] < own[1],
        "is_open": is_open,
        "no_signature": no_signature(session, user),
        "may_cancel": is_open and bool({Right.TRAIN, Right.DECIDE} & set(rights)),
        "may_read": Right.READ_NOTES in rights,
    }


def turns_of(user: User, project: Project) -> list[tuple[UatSession, int, int]]:
    """The open tests in which the person has notes to rate, each with how many are done and of how many."""
    mine = UatSession.objects.filter(model__project=project, status=UatSession.Status.OPEN, raters=user)
    turns = [(session, turn_of(session, user)) for session in mine.select_related("model")]
    return [(session, turn.done, turn.total) for session, turn in turns if turn.done < turn.total]


def uat_of(model: ModelVersion, rights: Collection[str]) -> dict[str, Any]:
    """``{sessions, drawing, broken, waits, needed, may_open, raters, notes, most}``, for a version's page."""
    sessions = list(model.uat_sessions.select_related("signed_by", "created_by"))
    overridden = model.status == Status.GATES_FAILED and bool(model.overridden_by_id)
    waits = model.status in (Status.UAT, Status.PENDING_APPROVAL) or overridden
    is_open = any(session.status == UatSession.Status.OPEN for session in sessions)
    newest = model.jobs.filter(kind=Run.Kind.UAT).first()
    drawing = newest if newest and not newest.is_over else None
    may_open = waits and not is_open and not drawing and bool({Right.TRAIN, Right.DECIDE} & set(rights))
    return {
        "sessions": sessions,
        "drawing": drawing,
        "broken": newest if newest and newest.status == Run.Status.FAILED else None,
        "waits": waits,
        "needed": model.status == Status.UAT,
        "may_open": may_open,
        "raters": raters_for(model) if may_open else [],
        "notes": rules_of(model.project).uat_notes,
        "most": MOST_NOTES,
    }
