"""The rows of an upload, some hundred at a time: a piece is what will be a chunk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from annotation.intake_counts import Came
from training.batches.checking import Checker
from training.batches.chunk_files import ChunkRow
from training.batches.rows import Row
from training.models import Batch, BatchResult

# About a second of a worker: little is lost with it, and the writing of a chunk is still cheap for each row.
CHUNK_ROWS = 500
CHUNK_CHARACTERS = 500_000


@dataclass(slots=True)
class Piece:
    """Rows that will be a chunk, and what came in them."""

    first: int
    rows: int = 0
    characters: int = 0
    good: list[ChunkRow] = field(default_factory=list)
    bad: list[BatchResult] = field(default_factory=list)
    came: Came = field(default_factory=Came)

    @property
    def is_full(self) -> bool:
        return self.rows >= CHUNK_ROWS or self.characters >= CHUNK_CHARACTERS


def pieces_of(batch: Batch, rows: Iterable[Row], known: int) -> Iterator[Piece]:
    """The rows behind the first `known`, which are only looked at: their ids count."""
    checker = Checker()
    piece: Piece | None = None
    for row in rows:
        note, external_id, errors, faulty = checker.check(row)
        if row.number <= known:
            continue
        piece = piece or Piece(row.number)
        piece.rows += 1
        piece.came.count(row.fields, faulty, refused=note is None)
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
