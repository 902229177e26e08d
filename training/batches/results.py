"""The results of a batch in the order of its rows, each with its text until the batch expires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotation.spans import ScoredSpan
from training.batches import chunk_files
from training.batches.vault import Vault
from training.models import Batch, BatchChunk, BatchResult

# Rows that are read from the database at a time.
READ = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """A row's result. ``text`` is empty for a row that was quarantined, ``prediction_uid`` for one with errors."""

    row: int
    external_id: str
    prediction_uid: str
    text: str
    entities: list[ScoredSpan]
    errors: list[str]


def told(batch: Batch, *, after: int = 0, limit: int | None = None) -> Iterator[Told]:
    """The results behind row `after`, at most `limit`; while the batch goes on, those before the first missing one."""
    last = _ready(batch)
    if limit is not None:
        last = min(last, after + limit)
    texts = _Texts(batch)
    while after < last:
        rows = BatchResult.objects.filter(batch=batch, row__gt=after, row__lte=last).order_by("row")[:READ]
        found = list(rows)
        for row in found:
            yield _told(row, texts)
        if len(found) < READ:
            return
        after = found[-1].row


def _told(row: BatchResult, texts: _Texts) -> Told:
    uid = str(row.prediction_uid or "")
    text = "" if row.quarantined else texts.of(row.row)
    return Told(row.row, row.external_id, uid, text, [ScoredSpan(*entity) for entity in row.entities], row.errors)


def _ready(batch: Batch) -> int:
    """The last row whose result, and that of all before it, is there; of a batch that is over, the last of all."""
    if batch.is_over:
        return batch.rows
    open_ones = batch.chunks.exclude(number=0).exclude(status=BatchChunk.Status.DONE).order_by("number")
    first = open_ones.values_list("first_row", flat=True).first()
    return Batch.objects.get(pk=batch.pk).rows if first is None else first - 1


class _Texts:
    """Opens the file of one chunk at a time: rows are asked for in order."""

    def __init__(self, batch: Batch) -> None:
        self._vault = Vault(batch.uid, batch.sealed)
        # First rows and numbers of all chunks: two numbers for 500 rows.
        self._chunks = list(batch.chunks.exclude(number=0).order_by("-number").values_list("first_row", "number"))
        self._open: dict[int, str] = {}

    def of(self, row: int) -> str:
        if row not in self._open:
            while self._chunks and (len(self._chunks) > 1 and self._chunks[-2][0] <= row):
                self._chunks.pop()
            number = self._chunks[-1][1]
            self._open = {kept.row: kept.text for kept in chunk_files.read(self._vault, number)}
        return self._open[row]
