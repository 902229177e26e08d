"""Strict JSON and the fields of a note in it; shared by the JSONL and the CSV reader."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from annotation.formats.lines import Line
from annotation.formats.records import FACETS, FormatError, Mention
from annotation.spans import ASSERTIONS, ICD10

NAMED_FIELDS = ("patient", "doctor", *FACETS)
# What few entities say.
MORE = frozenset(("assertion", "code", "discontinuous", "fragments"))


def loads(text: str) -> Any:
    """The value of `text`; FormatError on bad JSON, a key twice in one object, or nesting without end."""
    try:
        return json.loads(text, object_pairs_hook=without_repeats)
    except FormatError:
        raise
    except json.JSONDecodeError as error:
        # Its message can quote the line, so only the place is passed on.
        raise FormatError(f"Not valid JSON at character {error.pos}; write one JSON object a line.") from None
    except (ValueError, RecursionError):
        raise FormatError("Not usable JSON: nested too deep or a number too long; simplify it.") from None


def row_of(line: Line) -> dict[str, Any]:
    """The object that a line of a JSONL file is; FormatError when it is none."""
    if line.fault:
        raise FormatError(line.fault)
    row = loads(line.text)
    if not isinstance(row, dict):
        raise FormatError(f"The line is {type(row).__name__}, not an object; write one JSON object a line.")
    return row


def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of `pairs`; FormatError when a key stands twice."""
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
            found.append(mention(row, number))
        except FormatError as error:
            problems.append(str(error))
    return found, problems


def mention(row: object, number: int) -> Mention:
    """One entity, the `number`-th; FormatError says what is wrong with it."""
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
    if not row.keys() & MORE:
        return Mention(start, end, label, said)
    where = f"Entity {number} at {start}-{end}"
    return Mention(start, end, label, said, _discontinuous(row), _assertion(row, where), _code(row, where))


def _assertion(row: Mapping[str, Any], where: str) -> tuple[str, ...]:
    said = row.get("assertion") or []
    if not isinstance(said, list) or not all(name in ASSERTIONS for name in said):
        raise FormatError(f"{where} has an unknown assertion; send a list of {', '.join(ASSERTIONS)}.")
    return tuple(name for name in ASSERTIONS if name in said)


def _code(row: Mapping[str, Any], where: str) -> str:
    code = row.get("code") or ""
    if not isinstance(code, str) or (code and not ICD10.fullmatch(code)):
        raise FormatError(f"{where} has a code that is not of ICD-10; write it like E11.9.")
    return code


def _discontinuous(row: Mapping[str, Any]) -> bool:
    fragments = row.get("fragments")
    return bool(row.get("discontinuous")) or (isinstance(fragments, list) and len(fragments) > 1)
