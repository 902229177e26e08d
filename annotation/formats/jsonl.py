"""JSONL: one JSON object a line, the format that says most.

``{"id", "text", "entities" or "spans", "meta" or "facets": {…}, "patient", "doctor"}``; entities are objects with
``start``, ``end``, ``label`` and perhaps ``text``, ``assertion`` and ``code``, or ``[start, end, label]``; facets,
patient and doctor may stand in ``facets``, ``meta`` or the object itself, the first one counts. No entities, ``null``
or ``unannotated: true``: nothing is known; ``[]``: the note has none. Written ones hold all that an export knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from annotation.formats import json_fields
from annotation.formats.exported import Exported, Written
from annotation.formats.lines import Line, numbered_lines
from annotation.formats.records import Draft, FormatError, Mention, Rejection, Result
from annotation.formats.settle import Rules, settle, shown_id


def read_jsonl(path: Path, rules: Rules) -> Iterator[Result]:
    """A result for each line that is not blank."""
    with rules.reach.opened(path) as file:
        for line in numbered_lines(file):
            if not line.blank:
                yield _result(line, rules)


def _result(line: Line, rules: Rules) -> Result:
    external_id = ""
    try:
        row = json_fields.row_of(line)
        external_id = json_fields.external_id(row.get("id"))
        return settle(_draft(line.number, external_id, row), rules)
    except FormatError as error:
        return Rejection(line.number, shown_id(external_id), str(error))


def _draft(number: int, external_id: str, row: Mapping[str, Any]) -> Draft:
    if row.get("text") is None:
        raise FormatError("The note has no text; send it as the string text.")
    places = [_object(row, "facets"), _object(row, "meta"), row]
    found, problems = _entities(row)
    if _unannotated(places):
        if found or problems:
            raise FormatError("The note has entities and says that it is unannotated; remove one of them.")
        found = None
    return Draft(number, external_id, row.get("text"), found, json_fields.named_fields(places), problems)


def _object(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = row.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FormatError(f"The field {key} is {type(value).__name__}, not an object; send an object.")
    return value


def _entities(row: Mapping[str, Any]) -> tuple[list[Mention] | None, list[str]]:
    said = [row[key] for key in ("entities", "spans") if row.get(key) is not None]
    if len(said) > 1:
        raise FormatError("The note has both entities and spans; keep one of them.")
    return json_fields.mentions(said[0]) if said else (None, [])


def _unannotated(places: list[Mapping[str, Any]]) -> bool:
    said = [place["unannotated"] for place in places if place.get("unannotated") is not None]
    # "true" in quotes would otherwise make an unread note a note without entities.
    if any(type(value) is not bool for value in said):
        raise FormatError("The field unannotated is not true or false; send a JSON boolean.")
    return any(said)


def write_jsonl(path: Path, rows: Iterable[Exported], written: Written) -> None:
    """A line a row, with everything that is known of it."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            written.row(row)
            file.write(json.dumps(_line(row), ensure_ascii=False) + "\n")


def _line(row: Exported) -> dict[str, Any]:
    spans = None if row.spans is None else [span.to_json() for span in row.spans]
    return {"id": row.external_id, "text": row.text, "entities": spans, "facets": dict(row.facets), **row.made()}
