"""Annotations are added, revision by revision; the newest accepted one of a note is its gold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Max, Q

from annotation.actions import copying, doubles, guidelines, indexing, tasks
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Guideline, Note, Project, Task, User
from annotation.spans import AnySpan, ScoredSpan, span_problems

# One round trip for what would be four: each save of each annotator comes through here.
CLOSE = """
WITH note AS MATERIALIZED (SELECT id FROM annotation_note WHERE id = %(note)s FOR NO KEY UPDATE),
closed AS (
    UPDATE annotation_task t
    SET status = 'accepted', closed_at = clock_timestamp(), seconds_spent = %(seconds)s, lease_until = NULL
    FROM note WHERE t.id = %(task)s AND t.assignee_id = %(by)s AND t.status IN ('open', 'in_progress') RETURNING t.id
),
ended AS (DELETE FROM annotation_draft USING closed WHERE task_id = closed.id),
marked AS (INSERT INTO annotation_indexdue (note_id) SELECT note.id FROM note, closed)
SELECT count(*) FROM closed
"""

REVISIONS = "SELECT id, revision, status, task_id FROM annotation_annotation WHERE note_id = %s ORDER BY revision"


class _Revision(NamedTuple):
    pk: int
    revision: int
    status: str
    task_id: int | None


def latest(note: Note) -> Annotation | None:
    """The newest revision of a note's spans, whoever wrote it."""
    return note.annotations.order_by("-revision").first()


def base_of(task: Task) -> Annotation | None:
    """What the annotator starts from: their own work in a blind task, else the newest revision that is no secret."""
    own = Q(task=task) if task.blind else Q(task=task) | ~Q(status=Annotation.Status.SUBMITTED)
    return task.note.annotations.filter(own).order_by("-revision").first()


@transaction.atomic
def submit(
    *,
    task: Task,
    by: User,
    spans: Sequence[AnySpan],
    base_revision: int,
    seconds: int,
    flag: bool = False,
    newest: Guideline | None = None,
) -> Annotation:
    """Close the task with `spans`: the note's gold, or one of two blind annotations that are put together later.

    Sending the same again is answered with the same annotation; anything else that comes too late is refused, so that
    nothing is overwritten unseen. `base_revision` is the newest revision that the annotator saw (0: none). With
    `flag`, somebody else annotates the note too, blind, before it is gold. `newest` are the guidelines in force, when
    the caller knows them.
    """
    guideline = newest or guidelines.current(task.project)
    check(task.project, task.note.text, spans, guideline)
    seconds = max(0, min(seconds, 86_400))
    if not _close(task, by, seconds):
        return _same_as_before(task, by, spans)
    before = _revisions(task.note_id)
    base = _base(task, before)
    if base_revision != (base.revision if base else 0):
        raise TooLate("Somebody saved this note after you opened it; compare their version with yours, then submit.")
    if flag and not task.doubled and task.reason != Task.Reason.ADJUDICATE:
        doubles.open_second(task=task)
    if not task.doubled:
        doubles.supersede(before)
    number = before[-1].revision + 1 if before else 1
    parent = base.pk if base else None
    made = {"revision": number, "parent_id": parent, "spans_json": _rows(spans), "guideline": guideline}
    added = _add(task, author=by, seconds=seconds, **made)
    if task.doubled:
        doubles.settle(note=doubles.lock(task.note_id))
    return added


def _add(task: Task, **made: Any) -> Annotation:
    return Annotation.objects.create(
        project_id=task.project_id,
        note_id=task.note_id,
        task=task,
        status=Annotation.Status.SUBMITTED if task.doubled else Annotation.Status.GOLD,
        origin=Annotation.Origin.HUMAN,
        **made,
    )


def _close(task: Task, by: User, seconds: int) -> bool:
    """Lock the note, close the task, end its draft, mark the note for the index; False when it is theirs no more."""
    values = {"note": task.note_id, "task": task.pk, "by": by.pk, "seconds": seconds}
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, values)
        if not cursor.fetchone()[0]:
            return False
    task.status = Task.Status.ACCEPTED
    return True


def _revisions(note_id: int) -> list[_Revision]:
    """The note's revisions without their spans, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(REVISIONS, [note_id])
        return [_Revision(*row) for row in cursor.fetchall()]


def _base(task: Task, revisions: Sequence[_Revision]) -> _Revision | None:
    """:func:`base_of` among the note's revisions, oldest first."""
    submitted = Annotation.Status.SUBMITTED
    rows = [row for row in revisions if row.task_id == task.pk or not (task.blind or row.status == submitted)]
    return rows[-1] if rows else None


def check(project: Project, text: str, spans: Sequence[AnySpan], guideline: Guideline | None) -> None:
    """Raise when `spans` can't be the annotation of `text` under this version's labels."""
    labels = [label["name"] for label in guideline.labels if not label["retired"]] if guideline else []
    problems = span_problems(text, spans, labels, nested=project.nested)
    if problems:
        raise ActionError(" ".join(problems[:3]))


def _same_as_before(task: Task, by: User, spans: Sequence[AnySpan]) -> Annotation:
    earlier = Annotation.objects.filter(task=task, author=by).order_by("-revision").first()
    if earlier and earlier.spans_json == _rows(spans):
        return earlier
    raise TooLate("This note was submitted or went back to the queue already; your change was not saved.")


def _rows(spans: Iterable[AnySpan]) -> list[dict[str, Any]]:
    return [span.to_json() for span in sorted(spans)]


def _next_revision(note: Note) -> int:
    return (note.annotations.aggregate(n=Max("revision"))["n"] or 0) + 1


@transaction.atomic
def add_imported(*, project: Project, spans: Mapping[int, Sequence[AnySpan]], by: User, gold: bool) -> list[Annotation]:
    """Annotations that come with imported notes, by note id: gold, or drafts for an annotator to check.

    The caller holds new notes, or notes without gold; their spans are checked.
    """
    revisions = dict(
        Annotation.objects.filter(note__in=spans).order_by().values_list("note").annotate(n=Max("revision"))
    )
    status = Annotation.Status.GOLD if gold else Annotation.Status.DRAFT
    first = Annotation(project=project, status=status, origin=Annotation.Origin.IMPORT, author=by)
    return copying.insert(
        [
            copying.like(first, note_id=note_id, revision=revisions.get(note_id, 0) + 1, spans_json=_rows(found))
            for note_id, found in spans.items()
        ]
    )


@transaction.atomic
def add_prelabels(*, project: Project, found: Mapping[int, Sequence[ScoredSpan]], author_model: str) -> int:
    """Pre-annotations by a model, by note id, for notes whose task is still open; returns how many were added.

    Notes that a person has begun or finished in the meantime are left alone.
    """
    waiting = Task.objects.filter(project=project, status=Task.Status.OPEN, blind=False, note__in=found)
    notes = Note.objects.select_for_update().filter(pk__in=waiting.values("note")).defer("ciphertext")
    rows = [
        Annotation(
            project=project,
            note=note,
            revision=_next_revision(note),
            status=Annotation.Status.DRAFT,
            origin=Annotation.Origin.PRELABEL,
            spans_json=_rows(found[note.pk]),
            author_model=author_model,
        )
        for note in notes
    ]
    for row in rows:
        doubt = 1 - min((span.score for span in found[row.note_id]), default=1.0)
        Task.objects.filter(note=row.note_id, status=Task.Status.OPEN).update(doubt=doubt)
    indexing.mark([row.note_id for row in rows])
    return len(Annotation.objects.bulk_create(rows))


def start(*, task: Task, by: User) -> tuple[Task, Annotation | None]:
    """Lease the task and return it with what the annotator starts from."""
    held = tasks.take(task=task, by=by)
    return held, base_of(held)
