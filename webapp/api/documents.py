"""What a request to extract may hold, checked by hand: exact, and errors never quote a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotation.actions.notes import MAX_WORD, NewNote
from annotation.models import FACETS
from annotation.spans import TextError, check_text

MAX_DOCUMENTS = 25


class RequestError(ValueError):
    """The request as a whole can't be read; the message names the place."""


@dataclass(slots=True)
class Incoming:
    """One document: its id as sent (empty when none was), and the note or the reasons why it can't be one."""

    id: str
    note: NewNote | None = None
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def parse(body: object) -> list[Incoming]:
    """The documents of a request, each with its own errors. Raises RequestError when there are none to speak of."""
    if not isinstance(body, Mapping) or not isinstance(body.get("documents"), list):
        raise RequestError('The body has no "documents" list; send {"documents": [{"id": …, "text": …}]}.')
    rows = body["documents"]
    if not 1 <= len(rows) <= MAX_DOCUMENTS:
        raise RequestError(f'"documents" has {len(rows)} entries; send 1 to {MAX_DOCUMENTS} a request.')
    documents = [_document(row, number) for number, row in enumerate(rows)]
    _refuse_twice(documents)
    return documents


def _document(row: object, number: int) -> Incoming:
    if not isinstance(row, Mapping):
        raise RequestError(f"documents[{number}] is not an object; send id, text and facets in an object.")
    name = _id(row.get("id", ""), number)
    incoming = Incoming(name)
    facets = {facet: _word(row.get(facet), facet, incoming) for facet in FACETS}
    refs = {ref: _word(row.get(ref), ref, incoming) for ref in ("patient", "doctor")}
    try:
        incoming.note = NewNote(name, check_text(row.get("text")), facets=facets, **refs)
    except TextError as error:
        incoming.errors.append(str(error))
    return incoming


def _id(value: object, number: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_WORD or not _printable(value):
        raise RequestError(f"documents[{number}].id is no string of at most {MAX_WORD} printable characters.")
    return value


def _word(value: object, name: str, incoming: Incoming) -> str:
    """A short facet; one that can't be kept is left out, and the answer says so."""
    if value is None:
        return ""
    if isinstance(value, str) and len(value) <= MAX_WORD and _printable(value):
        return value
    incoming.warnings.append(f'"{name}" is no short printable string and was left out.')
    return ""


def _printable(value: str) -> bool:
    # isprintable is false for control characters and lone surrogates, which no database column takes.
    return value.isprintable()


def _refuse_twice(documents: list[Incoming]) -> None:
    seen: set[str] = set()
    for number, document in enumerate(documents):
        if document.id and document.id in seen:
            raise RequestError(f"documents[{number}].id was used before in this request; give each its own.")
        seen.add(document.id)


def to_json(document: Incoming, name: str, entities: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": name, "entities": entities, "errors": document.errors, "warnings": document.warnings}
