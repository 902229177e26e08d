"""What a request to extract may hold, checked by hand: exact, and errors never quote a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotation.actions.notes import NewNote
from annotation.intake import MAX_WORD, Ids, Read, read_note, word_fault
from annotation.intake_counts import Came, faulty_fields

MAX_DOCUMENTS = 25
MAX_CHARACTERS = 125_000
INDEX_TYPES = ("codepoint", "utf16")
REQUEST_FIELDS = frozenset(("documents", "store", "index_type", "client_ref"))


class RequestError(ValueError):
    """The request as a whole can't be read; the message names the place."""


@dataclass(slots=True)
class Incoming:
    """One document: its id as sent (empty when none was), and the note or the reasons why it can't be one.

    `row` as it was sent, `faulty`: the fields of it with an error or a warning.
    """

    id: str
    note: NewNote | None = None
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    row: Mapping[str, Any] = field(default_factory=dict)
    faulty: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """What a request asks for beside the entities.

    `store` False: nothing of the texts is kept. `index_type`: what offsets count, code points or UTF-16 units.
    `client_ref`: the caller's own name for the request, given back.
    """

    store: bool = True
    index_type: str = "codepoint"
    client_ref: str = ""


def parse_options(body: object) -> Options:
    """The options of a request. Raises RequestError for one that is unknown or can't be."""
    if not isinstance(body, Mapping):
        raise RequestError('The body is no JSON object; send {"documents": [{"id": …, "text": …}]}.')
    unknown = sorted(str(name)[:40] for name in body.keys() - REQUEST_FIELDS)
    if unknown:
        known = ", ".join(sorted(REQUEST_FIELDS))
        raise RequestError(f"The body has a field that is unknown ({len(unknown)} in all); a request has {known}.")
    store, client_ref = body.get("store", True), body.get("client_ref")
    if not isinstance(store, bool):
        raise RequestError('"store" is neither true nor false; send false when nothing of the texts may be kept.')
    index_type = index_type_of(body)
    if client_ref is not None and (not isinstance(client_ref, str) or word_fault("client_ref", client_ref)):
        raise RequestError(f'"client_ref" is no printable string of at most {MAX_WORD} characters; shorten it.')
    return Options(store, index_type, client_ref or "")


def index_type_of(fields: Mapping[str, Any]) -> str:
    """What offsets count, by the field ``index_type``. Raises RequestError."""
    index_type = fields.get("index_type", "codepoint")
    if index_type not in INDEX_TYPES:
        raise RequestError(f'"index_type" is none of {" and ".join(INDEX_TYPES)}; leave it out for code points.')
    return str(index_type)


def characters_of(documents: Iterable[Incoming]) -> int:
    """The length of all texts that can be read."""
    return sum(len(document.note.text) for document in documents if document.note)


def came_of(documents: Sequence[Incoming]) -> Came:
    """The documents of a request counted by field."""
    came = Came()
    for document in documents:
        came.count(document.row, document.faulty, refused=document.note is None)
    return came


def parse(body: object) -> list[Incoming]:
    """The documents of a request, each with its own errors. Raises RequestError when there are none to speak of."""
    if not isinstance(body, Mapping) or not isinstance(body.get("documents"), list):
        raise RequestError('The body has no "documents" list; send {"documents": [{"id": …, "text": …}]}.')
    rows = body["documents"]
    if not 1 <= len(rows) <= MAX_DOCUMENTS:
        raise RequestError(f'"documents" has {len(rows)} entries; send 1 to {MAX_DOCUMENTS} a request.')
    documents = [_document(row, number) for number, row in enumerate(rows)]
    characters = characters_of(documents)
    if characters > MAX_CHARACTERS:
        raise RequestError(
            f"The texts have {characters:,} characters in all, more than {MAX_CHARACTERS:,}; send fewer a request."
        )
    _refuse_twice(documents)
    return documents


def _document(row: object, number: int) -> Incoming:
    if not isinstance(row, Mapping):
        raise RequestError(f"documents[{number}] is not an object; send id, text and facets in an object.")
    read = read_note(row)
    if read.fault_of("id"):
        raise RequestError(f"documents[{number}].id is no string of at most {MAX_WORD} printable characters.")
    errors, warnings = ([fault.sentence for fault in found] for found in (read.errors, read.warnings))
    return Incoming(read.id, None if errors else new_note(read), errors, warnings, row, faulty_fields(read))


def new_note(read: Read) -> NewNote:
    return NewNote(read.id, read.text, read.patient, read.doctor, read.facets)


def _refuse_twice(documents: list[Incoming]) -> None:
    ids = Ids()
    for number, document in enumerate(documents):
        if ids.twice(document.id):
            raise RequestError(f"documents[{number}].id was used before in this request; give each its own.")
