"""The upload becomes chunks: good rows into encrypted files, bad ones into quarantine with their reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Max, Sum

from annotation.actions import copying
from annotation.errors import ActionError
from annotation.formats.records import FormatError
from training.batches import chunk_files, claims, upload
from training.batches.checking import Checker
from training.batches.chunk_files import ChunkRow
from training.batches.rows import Row, rows_of
from training.batches.vault import Vault
from training.models import Batch, BatchChunk, BatchResult
from training.nudges import BATCH, after_commit

# About a second of a worker: little is lost with it, and the writing of a chunk is still cheap for each row.
CHUNK_ROWS = 500
CHUNK_CHARACTERS = 500_000
# So many messages tell workers of new chunks; afterwards they find them by themselves.
MOST_NUDGES = 32


@dataclass(slots=True)
class _Piece:
    """Rows that will be a chunk."""

    first: int
    rows: int = 0
    characters: int = 0
    good: list[ChunkRow] = field(default_factory=list)
    bad: list[BatchResult] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return self.rows >= CHUNK_ROWS or self.characters >= CHUNK_CHARACTERS


def read(chunk: BatchChunk, lease: claims.ChunkLease, vault: Vault) -> None:
    """Cut the whole upload. What an attempt that was lost had cut already stands."""
    batch = chunk.batch
    made = batch.chunks.exclude(number=0).aggregate(number=Max("number"), rows=Sum("rows"))
    number, known = made["number"] or 0, made["rows"] or 0
    try:
        with upload.opened(vault) as file:
            for piece in _pieces(batch, rows_of(file, batch.format), known):
                number += 1
                chunk_files.write(vault, number, piece.good)
                _keep(batch, lease, piece, number)
    except FormatError as error:
        raise ActionError(str(error)) from error
    if not number:
        raise ActionError("The upload has no row; send at least one note.")
    claims.close(chunk, lease)
    vault.remove(*vault.names(upload.BEGINNING))


def _pieces(batch: Batch, rows: Iterable[Row], known: int) -> Iterator[_Piece]:
    """The rows behind the first `known`, which are only looked at: their ids count."""
    checker = Checker()
    piece: _Piece | None = None
    for row in rows:
        note, external_id, errors = checker.check(row)
        if row.number <= known:
            continue
        piece = piece or _Piece(row.number)
        piece.rows += 1
        if note is None:
            piece.bad.append(_quarantined(batch, row.number, external_id, errors))
        else:
            piece.good.append(note)
            piece.characters += len(note.text)
        if piece.is_full:
            yield piece
            piece = None
    if piece:
        yield piece


def _quarantined(batch: Batch, row: int, external_id: str, errors: list[str]) -> BatchResult:
    return BatchResult(batch=batch, row=row, external_id=external_id, errors=errors, quarantined=True)


@transaction.atomic
def _keep(batch: Batch, lease: claims.ChunkLease, piece: _Piece, number: int) -> None:
    lease.renew()
    chunk = BatchChunk.objects.create(batch=batch, number=number, first_row=piece.first, rows=piece.rows)
    copying.insert_keyed(piece.bad)
    Batch.objects.filter(pk=batch.pk).update(rows=F("rows") + piece.rows, quarantined=F("quarantined") + len(piece.bad))
    if chunk.number <= MOST_NUDGES:
        after_commit(BATCH, batch.pk)
