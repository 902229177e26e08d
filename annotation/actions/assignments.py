"""Annotation is asked for: tasks are opened for notes that are there, for everybody, one person or a team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from annotation.actions import indexing
from annotation.actions.audience import Audience
from annotation.actions.eligibility import Eligibility
from annotation.actions.teams import annotators
from annotation.errors import ActionError, TooLate
from annotation.models import Note, NoteIndex, Project, Task, Team, User

MAX_NOTES = 5_000
PRIORITIES = range(-100, 101)
Reason = Task.Reason
# What can be asked for. Audits are drawn by lot, adjudication follows from two versions.
ASKABLE = (
    Reason.LABEL,
    Reason.UNCERTAINTY,
    Reason.DRIFT_SLICE,
    Reason.DISAGREEMENT,
    Reason.FEEDBACK,
    Reason.DOUBLE,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """How many notes are asked for now, and how many were left out, by why."""

    notes: int
    left_out: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """A sentence for the user."""
        out = "".join(f" {count:,} left out: {why}." for why, count in self.left_out.items())
        return f"Asked for {self.notes:,} note{'' if self.notes == 1 else 's'}.{out}"


@dataclass(frozen=True, slots=True)
class _Request:
    project: Project
    reason: Task.Reason
    by: User
    audience: Audience
    doubled: bool
    priority: int


@transaction.atomic
def open_for_notes(
    *,
    project: Project,
    note_ids: Iterable[int],
    reason: str,
    by: User,
    reserved_for: User | None = None,
    team: Team | None = None,
    doubled: bool = False,
    priority: int = 0,
) -> Opened:
    """Ask for the annotation of these notes; the reason `double` asks for a second opinion on what is there.

    With `doubled` two people annotate each note, blind. A note that waits or is with somebody already is left out,
    and so is one whose state does not allow it; the answer counts them by why.
    """
    if reason not in ASKABLE:
        raise ActionError(f"{reason!r} can't be asked for; choose one of {', '.join(ASKABLE)}.")
    request = _Request(project, Reason(reason), by, Audience(reserved_for, team), doubled, priority)
    ids = set(note_ids)
    _check(request, ids)
    # Held until the end: two who ask for the same note at once open one task.
    rows = Note.objects.select_for_update(no_key=True).filter(project=project, pk__in=ids).order_by("pk")
    eligibility = Eligibility(
        list(rows.defer("ciphertext")), reason=request.reason, doubled=doubled, person=reserved_for
    )
    left_out = Counter({"no notes of this project": len(ids) - len(eligibility.notes)})
    left_out.update(eligibility.refused.values())
    _open(request, eligibility)
    return Opened(len(ids) - left_out.total(), {why: count for why, count in left_out.items() if count})


def _check(request: _Request, ids: set[int]) -> None:
    if len(ids) > MAX_NOTES:
        raise ActionError(f"{len(ids):,} notes are more than {MAX_NOTES:,} at once; ask for fewer.")
    if request.priority not in PRIORITIES:
        raise ActionError(f"The priority {request.priority} is not between {PRIORITIES[0]} and {PRIORITIES[-1]}.")
    if request.doubled and request.reason == Reason.DOUBLE:
        raise ActionError("A second opinion is one more person's; choose one person a note.")
    request.audience.check(request.project)
    team = request.audience.team
    if team and request.doubled and annotators(request.project).filter(teams=team).count() < 2:
        raise ActionError(f"The team {team} has fewer than two annotators; two people are needed for each note.")


def _open(request: _Request, eligibility: Eligibility) -> None:
    notes = [note for note in eligibility.notes if note.pk not in eligibility.refused]
    if request.reason == Reason.DOUBLE:
        firsts = [eligibility.firsts[note.pk] for note in notes]
        Task.objects.filter(pk__in=firsts).update(doubled=True)
        # Who has not begun starts from the empty note, as the other one does.
        Task.objects.filter(pk__in=firsts, status=Task.Status.OPEN).update(blind=True)
    doubts = {
        note_id: 1 - score
        for note_id, score in NoteIndex.objects.filter(note__in=notes).values_list("note", "min_score")
        if score is not None
    }
    tasks = [task for note in notes for task in _tasks(request, note, doubts.get(note.pk, 0.0))]
    try:
        with transaction.atomic():
            Task.objects.bulk_create(tasks, batch_size=500)
    except IntegrityError as error:
        raise TooLate("Somebody asked for some of these notes at the same moment; try again.") from error
    indexing.mark([note.pk for note in notes])


def _tasks(request: _Request, note: Note, doubt: float) -> list[Task]:
    blind = request.doubled or request.reason == Reason.DOUBLE
    common = {
        "project": request.project,
        "note": note,
        "blind": blind,
        "doubled": blind,
        "priority": request.priority,
        "position": note.pk,
        "doubt": doubt,
        "created_by": request.by,
    }
    first = Task(**common, reason=request.reason, **request.audience.fields)
    # Of a pair that is meant for one person, the other half is anybody's.
    second = Task(**common, reason=Reason.DOUBLE, team=request.audience.team)
    return [first, second] if request.doubled else [first]
