"""The files that a batch's results can be fetched as."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from training.batches.parquet import parquet
from training.batches.result_rows import csv_lines, jsonl
from training.models import Batch

FORMATS: dict[str, tuple[str, Callable[[Batch], Iterator[bytes]]]] = {
    "jsonl": ("application/x-ndjson", jsonl),
    "csv": ("text/csv", csv_lines),
    "parquet": ("application/vnd.apache.parquet", parquet),
}


def download(batch: Batch, file_format: str) -> tuple[str, str, Iterator[bytes]]:
    """Content type, file name and bytes. No word of a note is in the name."""
    kind, write = FORMATS[file_format]
    return kind, f"{batch.project.slug}-batch-{batch.pk}.{file_format}", write(batch)
