"""Notes and gold that another system sends: stored once, checked as what people bring in, and asked of annotators."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from django.db import transaction

from annotation.actions import doubles, guidelines, indexing, notes, revisions
from annotation.actions.notes import NewNote
from annotation.database import again_when_overtaken
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Note, Project, Task, User
from annotation.spans import MarkedSpan


class Arrival(StrEnum):
    """What became of a note that was sent."""

    ADDED = "added"
    KNOWN = "known"
    CONFLICT = "conflict"


def receive(*, project: Project, news: Sequence[NewNote]) -> list[tuple[Note | None, Arrival]]:
    """Store notes, each id once, and open a task for each new one, as an import does; what became of each.

    A note with a known id and the same text is that note; with another text it is a conflict and nothing is stored.
    """
    rows = list(map(notes.builder(project=project, origin=Note.Origin.API), news))
    return again_when_overtaken(lambda: _receive(project, rows))


@transaction.atomic
def _receive(project: Project, rows: Sequence[Note]) -> list[tuple[Note | None, Arrival]]:
    before = notes.known(project=project, external_ids=[row.external_id for row in rows])
    kept = notes.keep(project=project, rows=rows)
    fresh = {note.pk: note for note in kept if note and note.external_id not in before}
    audits = Task.objects.filter(note__in=fresh, reason=Task.Reason.RANDOM_AUDIT).values_list("note", flat=True)
    rest = [note for note in fresh.values() if note.pk not in set(audits)]
    notes.open_tasks(project=project, notes=rest, reason=Task.Reason.LABEL)
    return [(note, _became(note, fresh)) for note in kept]


def _became(note: Note | None, fresh: dict[int, Note]) -> Arrival:
    if note is None:
        return Arrival.CONFLICT
    return Arrival.ADDED if note.pk in fresh else Arrival.KNOWN


@transaction.atomic
def set_gold(*, note: Note, spans: Sequence[MarkedSpan], by: User, if_revision: int | None = None) -> Annotation:
    """Make `spans` the note's gold, checked as a person's submission is. The same again is answered with what there is.

    Raises TooLate when the note's newest revision is not `if_revision`, or when there is other gold and nothing says
    that it was seen; ActionError for spans that can't be, and for notes that are annotated blind.
    """
    doubles.lock(note.pk)
    before = list(note.annotations.order_by("revision").only("status", "revision", "spans_json"))
    gold = next((row for row in before if row.status == Annotation.Status.GOLD), None)
    newest = before[-1].revision if before else 0
    if gold and sorted(gold.marked) == sorted(spans):
        return gold
    _refuse_blind(note)
    if if_revision is None and gold:
        raise TooLate(f"The note has other gold in revision {gold.revision}; look at it, then send if_revision.")
    if if_revision is not None and if_revision != newest:
        raise TooLate(f"The newest revision of the note is {newest}, not {if_revision}; look at it, then send it.")
    guideline = guidelines.current(note.project)
    revisions.check(note.project, note.text, spans, guideline)
    doubles.supersede(before)
    indexing.mark([note.pk])
    (added,) = revisions.add_imported(project=note.project, spans={note.pk: spans}, by=by, gold=True)
    return added


def _refuse_blind(note: Note) -> None:
    if note.status != Note.Status.ACTIVE:
        raise ActionError("The note is withdrawn or erased; nothing can be added to it.")
    tasks = note.tasks.all()
    if tasks.filter(reason=Task.Reason.RANDOM_AUDIT).exists():
        raise ActionError("The note is of the audit sample, which people annotate blind; nothing else is its gold.")
    if tasks.doubled().unfinished().exists() or tasks.unfinished().filter(reason=Task.Reason.ADJUDICATE).exists():
        raise TooLate("Two people annotate this note, blind, or a reviewer decides; send it when they are done.")
