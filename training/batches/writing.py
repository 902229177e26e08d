"""What a chunk found goes into the database in one transaction with the news that it is done: all of it, once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from annotation.actions import copying, notes
from annotation.actions.notes import NewNote
from annotation.database import again_when_overtaken
from annotation.models import Note
from annotation.spans import ScoredSpan
from training.batches import claims
from training.batches.chunk_files import ChunkRow
from training.batches.chunk_lease import ChunkLease
from training.models import Batch, BatchChunk, BatchResult, Prediction
from training.models.prediction import found_fields

UNREADABLE = "The model could not read this text; the worker's log has the place."


@dataclass(slots=True)
class Answered:
    """A row with what the model found (None: it could not read it), and the note it becomes (None: not kept)."""

    row: ChunkRow
    uid: uuid.UUID
    entities: Sequence[ScoredSpan] | None
    note: Note | None


def answered(batch: Batch, rows: Sequence[ChunkRow], found: Sequence[Sequence[ScoredSpan] | None]) -> list[Answered]:
    build = notes.builder(project=batch.project, origin=Note.Origin.API)
    return [_answered(row, entities, build if batch.store else None) for row, entities in zip(rows, found, strict=True)]


def _answered(
    row: ChunkRow, entities: Sequence[ScoredSpan] | None, build: Callable[[NewNote], Note] | None
) -> Answered:
    uid = uuid.uuid4()
    if build is None or entities is None:
        return Answered(row, uid, entities, None)
    # A note that came without an id is called as its prediction is, as in extract.
    new = NewNote(row.external_id or str(uid), row.text, row.patient, row.doctor, row.facets)
    return Answered(row, uid, entities, build(new))


def write(chunk: BatchChunk, lease: ChunkLease, rows: Sequence[Answered], *, cpu_seconds: float) -> None:
    """Results, predictions and notes of a chunk, and its end. Raises LeaseLost, and nothing stays, when it is lost."""
    again_when_overtaken(lambda: _write(chunk, lease, rows, cpu_seconds))


@transaction.atomic
def _write(chunk: BatchChunk, lease: ChunkLease, rows: Sequence[Answered], cpu_seconds: float) -> None:
    lease.renew()
    batch = chunk.batch
    built = [row.note for row in rows if row.note is not None]
    kept = dict(zip(map(id, built), notes.keep(project=batch.project, rows=built), strict=True)) if built else {}
    results = [_result(batch, row, kept) for row in rows]
    copying.insert(list(_predictions(batch, rows, results, kept)))
    copying.insert_keyed(results)
    failed = sum(bool(result.errors) for result in results)
    claims.close(chunk, lease, done=len(results) - failed, failed=failed, cpu_seconds=cpu_seconds)


def _result(batch: Batch, row: Answered, kept: dict[int, Note | None]) -> BatchResult:
    external_id = row.note.external_id if row.note else row.row.external_id
    both = {"batch_id": batch.pk, "row": row.row.row, "external_id": external_id}
    if row.entities is None:
        return BatchResult(**both, errors=[UNREADABLE])
    if row.note is not None and kept[id(row.note)] is None:
        return BatchResult(**both, errors=[notes.ANOTHER_TEXT])
    return BatchResult(**both, prediction_uid=row.uid, entities=[list(entity) for entity in row.entities])


def _predictions(
    batch: Batch, rows: Sequence[Answered], results: Sequence[BatchResult], kept: dict[int, Note | None]
) -> Iterator[Prediction]:
    first = Prediction(
        origin=Prediction.Origin.BATCH,
        model_id=batch.model_id,
        deployment_id=batch.deployment_id,
        client_id=batch.client_id,
        client_ref=batch.client_ref,
        # From a prediction to its batch.
        request_id=batch.uid,
    )
    # As the rows' own default: a chunk's answers came together.
    at = timezone.now()
    for row, result in zip(rows, results, strict=True):
        if result.errors or row.entities is None:
            continue
        note = kept[id(row.note)] if row.note is not None else None
        yield copying.like(
            first,
            uid=row.uid,
            created_at=at,
            note_id=note.pk if note else None,
            length=len(row.row.text),
            **found_fields(row.entities),
        )
