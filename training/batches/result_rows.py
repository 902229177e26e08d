"""The results of a batch as rows of JSON, JSONL, CSV and Parquet; entities as extract tells them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from annotation.formats.csv_format import guarded
from training import holds
from training.batches.results import Told, told
from training.entity_rows import entities_json
from training.models import Batch

COLUMNS = ("row", "id", "prediction_id", "entities", "errors", "guarded")
# Rows that are put together before they go out.
TOGETHER = 500


def rows_of(batch: Batch, *, after: int = 0, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """``{row, id, prediction_id, entities, errors}`` of each row whose result is there, in order."""
    doubt = holds.doubt_of(batch.project)
    return (_row(one, batch.index_type, doubt) for one in told(batch, after=after, limit=limit))


def _row(one: Told, index_type: str, doubt: float) -> dict[str, Any]:
    return {
        "row": one.row,
        "id": one.external_id or None,
        "prediction_id": one.prediction_uid or None,
        "entities": entities_json(one.text, one.entities, index_type, doubt),
        "errors": one.errors,
    }


def jsonl(batch: Batch) -> Iterator[bytes]:
    """An object a line."""
    for rows in _together(rows_of(batch)):
        yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def csv_lines(batch: Batch) -> Iterator[bytes]:
    """A header and a line a row, entities as JSON; what a spreadsheet would run is guarded as in exports."""
    yield _csv([COLUMNS])
    for rows in _together(rows_of(batch)):
        yield _csv([_cells(row) for row in rows])


def _csv(rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue().encode()


def _cells(row: dict[str, Any]) -> list[str]:
    lists = {name: json.dumps(row[name], ensure_ascii=False) for name in ("entities", "errors")}
    cells = {name: str(row[name] or "") for name in ("row", "id", "prediction_id")} | lists
    return list(guarded(cells).values())


def _together(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(islice(rows, TOGETHER)):
        yield some
