"""Reading: the newest notes that two people annotated without seeing each other's work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from annotation.models import Annotation, Note, Project, Task
from annotation.spans import MarkedSpan

# As many as one figure looks at: the page's work has an end, however large the project.
NEWEST = 2000


class Version(NamedTuple):
    """What one person made of a note."""

    person: int
    spans: list[MarkedSpan]


class Pair(NamedTuple):
    """A note's two versions, by the people's numbers, and the gold they came to; None while it is not settled."""

    note: int
    left: Version
    right: Version
    gold: list[MarkedSpan] | None


def newest(*, project: Project, since: datetime | None) -> list[Pair]:
    """Notes of which both blind annotations are in, the newest first; a second opinion on seen suggestions is none."""
    seconds = Task.objects.filter(project=project, reason=Task.Reason.DOUBLE, status=Task.Status.ACCEPTED)
    seconds = seconds.filter(note__status=Note.Status.ACTIVE)
    if since:
        seconds = seconds.filter(closed_at__gte=since)
    notes = list(dict.fromkeys(seconds.order_by("-closed_at").values_list("note", flat=True)[:NEWEST]))
    versions, gold = _versions(notes), _gold(notes)
    # A pair is named by its people, whichever of them came first.
    both = {note: sorted(found) for note, found in versions.items() if len(found) == 2}
    return [Pair(note, both[note][0], both[note][1], gold.get(note)) for note in notes if note in both]


def texts(notes: Collection[int]) -> dict[int, str]:
    """Texts by note, for counting their words; callers show none of them."""
    rows = Note.objects.filter(pk__in=notes).only("uid", "ciphertext", "wrapped_key", "key_id")
    return {note.pk: note.text for note in rows}


def _versions(notes: Iterable[int]) -> dict[int, list[Version]]:
    rows = Annotation.objects.filter(
        note__in=list(notes), task__doubled=True, task__blind=True, task__status=Task.Status.ACCEPTED
    )
    by_task = {row.task_id: row for row in rows.order_by("revision")}
    found: dict[int, list[Version]] = defaultdict(list)
    for row in by_task.values():
        found[row.note_id].append(Version(row.author_id or 0, row.marked))
    return found


def _gold(notes: Iterable[int]) -> dict[int, list[MarkedSpan]]:
    rows = Annotation.objects.gold().filter(note__in=list(notes))
    return {row.note_id: row.marked for row in rows}
