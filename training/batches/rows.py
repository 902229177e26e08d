"""The rows of an upload: objects of a JSONL file or lines of a CSV file below its header. No Django."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from annotation.formats import json_fields
from annotation.formats.csv_format import cells_of
from annotation.formats.lines import numbered_lines
from annotation.formats.records import FormatError


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number from 1, and its fields or the reason why they can't be read."""

    number: int
    fields: Mapping[str, Any]
    fault: str = ""


def rows_of(file: BinaryIO, file_format: str) -> Iterator[Row]:
    """Every row that is not blank, in order. Raises FormatError when the file as a whole can't be used."""
    return _csv(file) if file_format == "csv" else _jsonl(file)


def _jsonl(file: BinaryIO) -> Iterator[Row]:
    lines = (line for line in numbered_lines(file) if not line.blank)
    for number, line in enumerate(lines, start=1):
        try:
            yield Row(number, json_fields.row_of(line))
        except FormatError as error:
            yield Row(number, {}, f"Line {line.number}: {error}")


def _csv(file: BinaryIO) -> Iterator[Row]:
    rows = cells_of(numbered_lines(file))
    _, header, fault = next(rows, (1, [], ""))
    names = [name.strip().lower() for name in header]
    if fault or "text" not in names:
        raise FormatError(fault or "The first row names no column text; begin the file with a header such as id,text.")
    if len(names) != len(set(names)):
        raise FormatError("The header names a column twice; keep one of them.")
    for number, (line, cells, problem) in enumerate(rows, start=1):
        if problem or len(cells) != len(names):
            columns = f"The row has {len(cells)} columns and the header {len(names)}; quote commas in cells."
            yield Row(number, {}, f"Line {line}: {problem or columns}")
        else:
            yield Row(number, _fields(names, cells))


def _fields(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells by their columns; an empty one says nothing, but an empty text is one."""
    fields = dict(zip(names, cells, strict=True))
    # What a spreadsheet would run was written with an apostrophe before it.
    for name in fields.pop("guarded", "").split():
        fields[name] = fields.get(name, "").removeprefix("'")
    return {name: cell for name, cell in fields.items() if cell or name == "text"}
