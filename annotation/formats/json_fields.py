"""Strict JSON and the fields of a note in it; shared by the JSONL and the CSV reader."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from annotation.formats.records import FACETS, FormatError, Mention

NAMED_FIELDS = ("patient", "doctor", *FACETS)


def loads(text: str) -> Any:
    """The value of `text`; FormatError on bad JSON, a key twice in one object, or nesting without end."""
    try:
        return json.loads(text, object_pairs_hook=_object)
    except FormatError:
        raise
    except json.JSONDecodeError as error:
        # Its message can quote the line, so only the place is passed on.
        raise FormatError(f"Not valid JSON at character {error.pos}; write one JSON object a line.") from None
    except (ValueError, RecursionError):
        raise FormatError("Not usable JSON: nested too deep or a number too long; simplify it.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise FormatError("An object has the same key twice; keep one of them.")
    return row


def external_id(value: object) -> str:
    """An id as a string; whole numbers are taken, anything else raises FormatError."""
    if value is None:
        return ""
    if type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise FormatError(f"The id is {type(value).__name__}, not a string; send it as a string.")
    return value


def named_fields(places: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Facets, patient and doctor from the first of `places` that says them; null and empty say nothing."""
    fields: dict[str, str] = {}
    for place in places:
        for name in NAMED_FIELDS:
            value = place.get(name)
            if value is None or value == "":
                continue
            if not isinstance(value, str) and type(value) is not int:
                raise FormatError(f"The field {name} is {type(value).__name__}, not a string; send it as a string.")
            fields.setdefault(name, str(value))
    return fields


def mentions(rows: object) -> tuple[list[Mention], list[str]]:
    """Entities from ``[{"start", "end", "label", …}]`` or ``[[start, end, label]]``, and what is wrong with others."""
    if not isinstance(rows, list):
        raise FormatError(f"The entities are {type(rows).__name__}, not a list; send a list of objects.")
    found: list[Mention] = []
    problems: list[str] = []
    for number, row in enumerate(rows, start=1):
        try:
            found.append(_mention(row, number))
        except FormatError as error:
            problems.append(str(error))
    return found, problems


def _mention(row: object, number: int) -> Mention:
    if isinstance(row, list) and len(row) == 3:
        row = dict(zip(("start", "end", "label"), row, strict=True))
    if not isinstance(row, dict):
        raise FormatError(f"Entity {number} is neither an object nor [start, end, label]; send one of them.")
    start, end, label = row.get("start"), row.get("end"), row.get("label")
    # bool is an int in Python, never an offset; the limit keeps a number of 4,000 digits out of the reason.
    if type(start) is not int or type(end) is not int or max(abs(start), abs(end)) >= 10**9:
        raise FormatError(f"Entity {number} has no usable start and end; send both as whole numbers.")
    if not isinstance(label, str) or not label:
        raise FormatError(f"Entity {number} at {start}-{end} has no label; name one of the project's labels.")
    said = row.get("text", row.get("mention"))
    if said is not None and not isinstance(said, str):
        raise FormatError(f"Entity {number} at {start}-{end} has a text that is not a string; correct or remove it.")
    return Mention(start, end, label, said, discontinuous=_discontinuous(row))


def _discontinuous(row: Mapping[str, Any]) -> bool:
    fragments = row.get("fragments")
    return bool(row.get("discontinuous")) or (isinstance(fragments, list) and len(fragments) > 1)
