"""CSV: a header with ``id`` and ``text``, perhaps facets, patient, doctor and ``entities`` (a JSON list).

No entities column or an empty cell: nothing is known; ``[]``: the note has none. Line breaks in quotes are kept as they
are. After a row that can't be read, reading goes on at the next line, so an open quote costs one row and not the rest.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula. A written cell that could be one
begins with an apostrophe, and the column ``guarded`` names the row's cells that do; reading takes it off again. Files
without that column are read as they are.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from annotation.formats import json_fields
from annotation.formats.exported import Exported, Written
from annotation.formats.lines import Line, numbered_lines
from annotation.formats.records import FACETS, Draft, FormatError, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id

MAX_CELL = 2**20  # characters; Python's own limit of 131,072 is too small for the entities of a long note


# Also the wide forms that some spreadsheets take, and what they skip before looking.
_FORMULA = re.compile(r"[\s'\ufeff]*[=+\-@＝＋－＠]")
_COLUMNS = ("id", "text", "entities", *FACETS, *Exported("", "", None).made(), "guarded")


class _Feed:
    """Lines for csv.reader, which remembers those of the current row so that they can be given again."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: deque[Line] = deque()
        self.row: list[Line] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.row.append(line)
        return line.text

    def retry_after_first(self) -> None:
        self._again.extendleft(reversed(self.row[1:]))

    def fault(self) -> str:
        return next((line.fault for line in self.row if line.fault), "")


def read_csv(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each row below the header; one Rejection and no more when the header can't be used."""
    with rules.reach.opened(path) as file:
        rows = cells_of(numbered_lines(file))
        line, header, fault = next(rows, (1, [], ""))
        names = [name.strip().lower() for name in header]
        fault = fault or _header_fault(names)
        if fault:
            yield Rejection(line, "", fault)
            return
        for line, row, fault in rows:
            yield Rejection(line, "", fault) if fault else _result(line, names, row, rules)


def cells_of(lines: Iterator[Line]) -> Iterator[tuple[int, list[str], str]]:
    """Line, cells and fault of each row that is not blank."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    feed = _Feed(lines)
    reader = csv.reader(feed, strict=True)
    while True:
        feed.row = []
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            feed.retry_after_first()
            yield feed.row[0].number, [], f"The row is not valid CSV ({error}); quote it as RFC 4180 says."
            continue
        if row or feed.fault():
            yield feed.row[0].number, row, feed.fault()


def _header_fault(names: Sequence[str]) -> str:
    known = [name for name in names if name in {"id", "text", "entities", *json_fields.NAMED_FIELDS}]
    if not {"id", "text"} <= set(known):
        return "The first row has no id and text; begin the file with a header such as id,text,specialty."
    if len(known) != len(set(known)):
        return "The header names a column twice; keep one of them."
    return ""


def _result(line: int, names: Sequence[str], row: Sequence[str], rules: Rules) -> Result:
    if len(row) != len(names):
        return Rejection(
            line, "", f"The row has {len(row)} columns and the header {len(names)}; quote commas in cells."
        )
    cells = dict(zip(names, row, strict=True))
    for name in cells.get("guarded", "").split():
        cells[name] = cells.get(name, "").removeprefix("'")
    try:
        entities = json_fields.loads(cells["entities"]) if cells.get("entities", "").strip() else None
        found, problems = (None, []) if entities is None else json_fields.mentions(entities)
        fields = json_fields.named_fields([cells])
    except FormatError as error:
        return Rejection(line, shown_id(cells["id"]), str(error))
    return settle(Draft(line, cells["id"], cells["text"], found, fields, problems), rules)


def write_csv(path: Path, rows: Iterable[Exported], written: Written) -> None:
    """A row a row, every cell in quotes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(_COLUMNS)
        for row in rows:
            written.row(row)
            writer.writerow(_cells(row))


def _cells(row: Exported) -> list[str]:
    spans = "" if row.spans is None else json.dumps([span.to_json() for span in row.spans], ensure_ascii=False)
    made = {name: str(value) for name, value in row.made().items()}
    cells = {"id": row.external_id, "text": row.text, "entities": spans, **row.facets, **made}
    cells = guarded(cells)
    return [cells.get(name, "") for name in _COLUMNS]


def guarded(cells: dict[str, str]) -> dict[str, str]:
    """The cells with an apostrophe before what a spreadsheet would run, and ``guarded``, which names those."""
    names = [name for name, value in cells.items() if _FORMULA.match(value)]
    return cells | {name: "'" + cells[name] for name in names} | {"guarded": " ".join(names)}
