"""doccano JSONL: ``{"id", "text", "label": [[start, end, "L"]]}``, or objects as ``entities``.

Objects have ``start_offset``, ``end_offset`` and ``label``. Offsets count code points, as doccano does since 1.5.
Relations, ``Comments`` and other columns are passed over; columns named like a facet are facets. No ``label`` and no
``entities``: nothing is known; ``[]``: the note has none. doccano writes ``[]`` for a note that nobody opened too, so
export approved documents only. What a triple can't hold, scores, assertions and codes, stands in the column
``marks``, which doccano keeps as it is. The id is ``external_id`` or ``id``.
https://github.com/doccano/doccano
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotation.formats import json_fields
from annotation.formats.exported import Exported, ExportedSpan, Written
from annotation.formats.lines import Line, numbered_lines
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id

_ZIP = "PK\x03\x04"


def read_doccano(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each line that is not blank."""
    with rules.reach.opened(path) as file:
        for line in numbered_lines(file):
            if line.number == 1 and line.text.startswith(_ZIP):
                yield Rejection(1, "", "The file is a zip; unpack it and send one of its .jsonl files.")
                return
            if not line.blank:
                yield _result(line, rules)


def _result(line: Line, rules: Rules) -> Result:
    name = ""
    try:
        row = json_fields.row_of(line)
        name = json_fields.external_id(row.get("external_id", row.get("id")))
        return settle(_draft(line.number, name, row), rules)
    except FormatError as error:
        return Rejection(line.number, shown_id(name), str(error))


def _draft(number: int, name: str, row: Mapping[str, Any]) -> Draft:
    if not isinstance(row.get("text"), str):
        raise FormatError("The note has no text; send it as the string text.")
    found, problems = _entities(row)
    return Draft(number, name, row["text"], found, json_fields.named_fields([row]), problems)


def _entities(row: Mapping[str, Any]) -> tuple[list[Mention] | None, list[str]]:
    if row.get("label") is not None:
        found, problems = json_fields.mentions(row["label"])
        marks = json_fields.mentions(_renamed(row.get("marks") or []))[0]
        known = {(m.start, m.end, m.label): m for m in marks}
        return [_marked(m, known.get((m.start, m.end, m.label))) for m in found], problems
    if row.get("entities") is not None:
        return json_fields.mentions(_renamed(row["entities"]))
    return None, []


def _marked(mention: Mention, mark: Mention | None) -> Mention:
    return replace(mention, assertion=mark.assertion, code=mark.code) if mark else mention


def _renamed(rows: object) -> object:
    """Entities as doccano names them, as ours."""
    if not isinstance(rows, list):
        return rows
    return [
        {**row, "start": row.get("start_offset"), "end": row.get("end_offset")} if isinstance(row, dict) else row
        for row in rows
    ]


def write_doccano(path: Path, rows: Iterable[Exported], written: Written) -> None:
    """A line a row."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            written.row(row)
            file.write(json.dumps(_line(row), ensure_ascii=False) + "\n")


def _line(row: Exported) -> dict[str, Any]:
    line: dict[str, Any] = {"external_id": row.external_id, "id": row.external_id, "text": row.text}
    if row.spans is not None:
        line["label"] = [[span.start, span.end, span.label] for span in row.spans]
        marks = [_mark(span) for span in row.spans if span[3:] != (None, (), "")]
        line |= {"marks": marks} if marks else {}
    return {**line, **row.facets, **row.made()}


def _mark(span: ExportedSpan) -> dict[str, Any]:
    said = span.to_json()
    return {"start_offset": said.pop("start"), "end_offset": said.pop("end"), **said}
