"""The results of a batch as a Parquet file that goes out while it is made: a row group at a time in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from training.batches.result_rows import rows_of
from training.models import Batch

GROUP = 5_000
TEXT = pa.string()
ASSERTION = pa.struct([(name, TEXT) for name in ("certainty", "conditionality", "association", "temporality")])
CODE = pa.struct([(name, TEXT) for name in ("system", "code", "display")])
ENTITY = pa.struct(
    [
        *[("id", TEXT), ("text", TEXT), ("label", TEXT), ("start", pa.int32()), ("end", pa.int32())],
        *[("score", pa.float64()), ("assertion", ASSERTION), ("codes", pa.list_(CODE)), ("needs_review", pa.bool_())],
    ]
)
SCHEMA = pa.schema(
    [
        *[("row", pa.int64()), ("id", TEXT), ("prediction_id", TEXT)],
        *[("entities", pa.list_(ENTITY)), ("errors", pa.list_(TEXT))],
    ]
)


class _Sink:
    """A file that is only written to, and gives away what was."""

    closed = False

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def take(self) -> bytes:
        taken, self._written = b"".join(self._written), []
        return taken


def parquet(batch: Batch) -> Iterator[bytes]:
    """The bytes of the file, compressed with Zstandard."""
    sink = _Sink()
    facts = {"batch": str(batch.uid), "model": str(batch.model), "sha256": batch.model.sha256}
    schema = SCHEMA.with_metadata({**facts, "index_type": batch.index_type})
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        group: list[dict[str, Any]] = []
        for row in rows_of(batch):
            group.append(row)
            if len(group) == GROUP:
                writer.write_table(pa.Table.from_pylist(group, schema))
                group = []
                yield sink.take()
        writer.write_table(pa.Table.from_pylist(group, schema))
    yield sink.take()
