"""Import of a file of notes: streaming, repeatable, with an account of every row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from annotation.actions import indexing, notes, revisions
from annotation.database import all_settled, settle_with_the_next
from annotation.formats import Record, Rejection, read
from annotation.models import Annotation, Note, Project, Task, User
from annotation.spans import MarkedSpan

CHUNK = 1000
SHOWN_REJECTIONS = 1000


@dataclass(slots=True)
class Report:
    """What became of each row. ``rejections`` holds the first thousand; ``rejected`` counts all.

    ``share`` is how much of the file they are, 0 to 1.
    """

    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0
    entities: int = 0
    dropped: int = 0
    line: int = 0
    share: float = 0.0
    rejections: list[Rejection] = field(default_factory=list)

    def reject(self, rejection: Rejection) -> None:
        self.rejected += 1
        if len(self.rejections) < SHOWN_REJECTIONS:
            self.rejections.append(rejection)

    def to_json(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "rejected": self.rejected,
            "entities": self.entities,
            "dropped": self.dropped,
            "rejections": [{"line": r.line, "id": r.external_id, "reason": r.reason} for r in self.rejections],
        }


def import_file(
    *,
    project: Project,
    path: Path,
    file_format: str,
    by: User,
    gold: bool,
    label_map: Mapping[str, str] | None = None,
    origin: Note.Origin = Note.Origin.IMPORT,
    on_progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Read `path` and store its notes, 1,000 at a time, each batch wholly or not at all.

    With `gold` the file's spans become gold; without, they are drafts and each note becomes a task. A note that is
    there already (same id, same text) counts as duplicate. `on_progress` is called after each batch and may raise
    to stop: what was stored stays, and importing again goes on from there.
    """
    labels = project.labels.active().names()
    rows = read(path, file_format, labels=labels, label_map=label_map, nested=project.nested)
    report = Report()
    try:
        with indexing.bulk():
            while batch := list(islice(rows, CHUNK)):
                report = _import_batch(_Batch(project, by, gold, origin), batch, report)
                report.share = rows.share
                on_progress(report)
    finally:
        all_settled()
    return report


@dataclass(frozen=True, slots=True)
class _Batch:
    project: Project
    by: User
    gold: bool
    origin: Note.Origin


def _import_batch(batch: _Batch, rows: Sequence[Record | Rejection], so_far: Report) -> Report:
    """The report after this batch. A clash with notes that the API stored meanwhile is settled by a second look."""
    attempts = 3
    for attempt in range(1, attempts + 1):
        report = Report(**{name: getattr(so_far, name) for name in Report.__slots__ if name != "rejections"})
        report.rejections = list(so_far.rejections)
        try:
            with transaction.atomic():
                _store(batch, rows, report)
        except IntegrityError:
            if attempt == attempts:
                raise
        else:
            break
    return report


def _store(batch: _Batch, rows: Sequence[Record | Rejection], report: Report) -> None:
    # What a crash of the database takes of an import that is not over, the import's next attempt stores again.
    settle_with_the_next()
    # One import of a project at a time; readers and the API are not held up.
    Project.objects.hold(batch.project.pk)
    fresh, again = _sort_out(batch, rows, report)
    stored = notes.add(project=batch.project, news=map(_new_note, fresh), origin=batch.origin)
    pairs = [*zip(stored, fresh, strict=True), *again]
    spans = {note.pk: found for note, record in pairs if (found := _usable(batch, record)) is not None}
    # New ones are marked as they are stored.
    indexing.mark([note.pk for note, _ in again])
    revisions.add_imported(project=batch.project, spans=spans, by=batch.by, gold=batch.gold)
    if not batch.gold:
        audits = {task.note_id for task in notes.open_audits(project=batch.project, notes=stored)}
        rest = [note for note in stored if note.pk not in audits]
        notes.open_tasks(project=batch.project, notes=rest, reason=Task.Reason.LABEL)
    report.accepted += len(pairs)
    report.entities += sum(len(found) for found in spans.values())
    report.dropped += sum(record.dropped for _, record in pairs)


def _usable(batch: _Batch, record: Record) -> tuple[MarkedSpan, ...] | None:
    """The record's spans; a model's are no gold, whatever the import is."""
    return None if batch.gold and record.suggested else record.spans


def _new_note(record: Record) -> notes.NewNote:
    return notes.NewNote(record.external_id, record.text, record.patient, record.doctor, record.facets)


def _sort_out(
    batch: _Batch, rows: Sequence[Record | Rejection], report: Report
) -> tuple[list[Record], list[tuple[Note, Record]]]:
    """New records, and known notes that now get their gold; duplicates and rejections go into the report."""
    known = notes.known(project=batch.project, external_ids=[row.external_id for row in rows])
    golden = _gold_of(known.values()) if batch.gold else {}
    fresh: dict[str, Record] = {}
    again: dict[int, tuple[Note, Record]] = {}
    for row in rows:
        report.line = row.line
        if isinstance(row, Rejection):
            report.reject(row)
        elif reason := _clash(row, known.get(row.external_id), fresh.get(row.external_id), golden):
            report.reject(Rejection(row.line, row.external_id, reason))
        elif row.external_id in fresh or not (row.external_id not in known or _brings_gold(batch, row, known, golden)):
            report.duplicate += 1
        elif row.external_id in known:
            again[known[row.external_id].pk] = (known[row.external_id], row)
        else:
            fresh[row.external_id] = row
    return list(fresh.values()), list(again.values())


def _brings_gold(batch: _Batch, row: Record, known: Mapping[str, Note], golden: Mapping[int, list[MarkedSpan]]) -> bool:
    return batch.gold and _usable(batch, row) is not None and known[row.external_id].pk not in golden


def _clash(
    row: Record, note: Note | None, earlier: Record | None, golden: Mapping[int, list[MarkedSpan]]
) -> str | None:
    name = f"Id {row.external_id!r}"
    if earlier is not None and earlier.text != row.text:
        return f"{name} stands twice in the file with different texts; give each note an id of its own."
    if earlier is not None and earlier.spans != row.spans:
        return f"{name} stands twice in the file with different spans; keep the right one."
    if note is None:
        return None
    if not notes.same_text(note, row.text):
        return f"{name} is in the project with another text, and a text never changes; use a new id."
    if row.spans is not None and note.pk in golden and golden[note.pk] != sorted(row.spans):
        return f"{name} has other gold already; correct it on the note's page."
    return None


def _gold_of(rows: Collection[Note]) -> dict[int, list[MarkedSpan]]:
    gold: Iterator[Annotation] = Annotation.objects.gold().filter(note__in=rows).iterator()
    return {annotation.note_id: sorted(annotation.marked) for annotation in gold}
