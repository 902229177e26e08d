"""The notes' index follows the notes: whoever changes one marks it, a worker brings its row up to date in seconds."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from annotation.keys import search_terms
from annotation.models import FACETS, Annotation, IndexDue, Note, NoteIndex, Project, Task
from annotation.search.content import Content, names
from annotation.spans import exact_counts

BATCH, SIP = 500, 100
# Any numbers, the same in every worker.
WRITER, BULK = 7_310_553, 7_310_554
COLUMNS = ("note_id", "project_id", "terms", "status", "min_score", "disagreement", "annotated_at")
Status = Annotation.Status


def mark(note_ids: Iterable[int]) -> None:
    """The index rows of these notes are behind. Part of the caller's transaction, so that no change is missed."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO annotation_indexdue (note_id) SELECT unnest(%s::bigint[])", [list(note_ids)])


@transaction.atomic
def mark_all(project: Project | None = None) -> int:
    """Mark every note, or every note of the project; returns how many."""
    notes = Note.objects.filter(project=project) if project else Note.objects.all()
    with connection.cursor() as cursor:
        sql, params = notes.order_by("pk").values("pk").query.sql_with_params()
        cursor.execute(f"INSERT INTO annotation_indexdue (note_id) {sql}", params)
        return cursor.rowcount


def behind() -> int:
    """How many marks no worker has taken up yet."""
    return IndexDue.objects.count()


def catch_up(*, seconds: float | None = None) -> int:
    """Bring marked notes up to date, the first marked first, for about so long or until none is left; returns how many.

    Nothing is done while another worker is at it, and only a little a call while notes are stored in bulk.
    """
    if seconds is not None and _bulk_under_way():
        return _one_batch(SIP)
    until = time.monotonic() + seconds if seconds is not None else None
    done = 0
    while until is None or time.monotonic() < until:
        batch = _one_batch(BATCH)
        if not batch:
            break
        done += batch
    return done


@contextmanager
def bulk() -> Iterator[None]:
    """Many notes are being stored: the worker leaves the processor to that. Ends with the connection at the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [BULK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [BULK])


def _bulk_under_way() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_try_advisory_xact_lock(%s)", [BULK])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _one_batch(size: int) -> int:
    """Take marks away, then read the notes and write their rows.

    A change commits together with its mark. So a mark seen here means that the reads below see the change; and a change
    that commits later leaves a mark that this delete did not see. The lock lets one worker write at a time: of two, the
    slower one could put what it had read earlier over what the faster one had read later.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [WRITER])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "DELETE FROM annotation_indexdue WHERE id IN (SELECT id FROM annotation_indexdue ORDER BY id LIMIT %s"
            " FOR UPDATE SKIP LOCKED) RETURNING note_id",
            [size],
        )
        due = {note_id for (note_id,) in cursor.fetchall()}
    write(due)
    return len(due)


def write(note_ids: Collection[int]) -> None:
    """Make the rows of these notes anew; a withdrawn or erased note has none. The caller holds the writers' lock."""
    rows = _rows(list(Note.objects.filter(pk__in=note_ids, status=Note.Status.ACTIVE)))
    gone = set(note_ids) - {row.note_id for row in rows}
    NoteIndex.objects.filter(note__in=gone).delete()
    if rows:
        _upsert(rows)
        _sort_in()


def _upsert(rows: Sequence[NoteIndex]) -> None:
    """As bulk_create does it, in half the time: an ArrayField prepares each number of each array by itself."""
    one = f"({', '.join('%s' for _ in COLUMNS)})"
    sets = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    values = [
        f"{{{','.join(map(str, row.terms))}}}" if name == "terms" else getattr(row, name)
        for row in rows
        for name in COLUMNS
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO annotation_noteindex ({', '.join(COLUMNS)}) VALUES {', '.join([one] * len(rows))}"  # noqa: S608
            f" ON CONFLICT (note_id) DO UPDATE SET {sets}",
            values,
        )


def _sort_in() -> None:
    """Sort new terms into the GIN index now: each search would read the list of those that are not, bucket by bucket.

    All of a batch at once costs PostgreSQL a third of one by one (the index's option fastupdate = off). Where the
    tables belong to another role, PostgreSQL does it when the list is long.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gin_clean_pending_list(oid::regclass) FROM pg_class"
            " WHERE oid = 'note_index_terms'::regclass AND pg_has_role(relowner, 'USAGE')"
        )


def _rows(notes: Collection[Note]) -> list[NoteIndex]:
    annotations: dict[int, list[Annotation]] = defaultdict(list)
    for annotation in Annotation.objects.filter(note__in=notes).select_related("task").order_by("revision"):
        annotations[annotation.note_id].append(annotation)
    reasons: dict[int, set[str]] = defaultdict(set)
    for note_id, reason in Task.objects.unfinished().filter(note__in=notes).values_list("note", "reason"):
        reasons[note_id].add(reason)
    return [row(note, annotations[note.pk], reasons[note.pk]) for note in notes]


def row(note: Note, annotations: list[Annotation], reasons: Collection[str]) -> NoteIndex:
    """The index row of a note, from its annotations in order and the reasons of its unfinished tasks."""
    gold = next((a for a in annotations if a.status == Status.GOLD), None)
    current = current_of(annotations)
    scores = [span["score"] for span in current.spans_json if "score" in span] if current and not gold else []
    people = [a for a in annotations if a.author_id is not None]
    index = NoteIndex(
        note_id=note.pk,
        project_id=note.project_id,
        status=_status(annotations),
        min_score=min(scores, default=None),
        disagreement=_disagreement(annotations),
        annotated_at=max((a.created_at for a in people), default=None),
    )
    content = Content(
        text=note.text,
        spans=current.spans if current else (),
        tags=[
            ("status", index.status),
            *((facet, getattr(note, facet)) for facet in FACETS),
            *(("annotator", str(a.author_id)) for a in people),
            *(("model", a.author_model) for a in annotations),
            *(("reason", reason) for reason in reasons),
        ],
        days={"received": note.received_at.date(), "annotated": index.annotated_at and index.annotated_at.date()},
        shares={"score": index.min_score, "disagreement": index.disagreement},
    )
    terms = search_terms(note.project_id)
    index.terms = terms.of_note(note.pk, (terms.base(*name) for name in names(content)))
    return index


def current_of(annotations: Iterable[Annotation]) -> Annotation | None:
    """The gold among a note's annotations, else the newest suggestion; never what waits for a second opinion."""
    rows = list(annotations)
    gold = (a for a in rows if a.status == Status.GOLD)
    return next(gold, None) or next((a for a in reversed(rows) if a.status == Status.DRAFT), None)


def _status(annotations: Iterable[Annotation]) -> NoteIndex.Status:
    held = {a.status for a in annotations}
    for of_annotation, of_note in (
        (Status.GOLD, NoteIndex.Status.GOLD),
        (Status.SUBMITTED, NoteIndex.Status.SUBMITTED),
        (Status.DRAFT, NoteIndex.Status.SUGGESTED),
    ):
        if of_annotation in held:
            return of_note
    return NoteIndex.Status.NONE


def _disagreement(annotations: Iterable[Annotation]) -> float | None:
    """1 - strict F1 of the note's two blind annotations; None while there are not two."""
    # As in annotation.actions.doubles.versions, without a query a note.
    newest = {
        a.task_id: a.spans for a in annotations if a.task and a.task.doubled and a.task.status == Task.Status.ACCEPTED
    }
    if len(newest) != 2:
        return None
    first, second = newest.values()
    return 1 - exact_counts(first, second).f1 if first or second else 0.0
