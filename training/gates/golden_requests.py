"""What a model must answer over HTTP, as the doctors' platform sends it: requests, and the form of a right answer.

No Django in here, and no word of a note.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.spans import MAX_TEXT
from training.gate_results import Check
from training.gates.golden import EMOJI, LONG, PLAIN

Rows = Sequence[Sequence[Any]]
# The whole form: a field more or less is another interface.
ANSWER = {"request_id", "client_ref", "index_type", "model", "documents"}
MODEL = {"name", "version", "sha256", "role"}
DOCUMENT = {"id", "prediction_id", "entities", "errors", "warnings"}
ENTITY = {"id", "text", "label", "start", "end", "score", "assertion", "codes", "needs_review"}
PROBLEM = {"type", "title", "status", "detail"}


@dataclass(frozen=True, slots=True)
class GoldenRequest:
    """``status``: the right one. ``texts``: one a document; of a document that can't be read, None."""

    name: str
    body: bytes
    status: int
    texts: Sequence[str | None] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """What came back; status 0: nothing, ``body`` then says why in the client's words."""

    status: int
    content_type: str
    body: str


def _of(*texts: str) -> bytes:
    return json.dumps({"documents": [{"id": str(number), "text": text} for number, text in enumerate(texts)]}).encode()


REQUESTS = (
    GoldenRequest("HTTP: a plain note", _of(PLAIN), 200, (PLAIN,)),
    GoldenRequest("HTTP: emoji and line ends", _of(EMOJI), 200, (EMOJI,)),
    GoldenRequest(f"HTTP: {MAX_TEXT:,} characters", _of(LONG), 200, (LONG,)),
    GoldenRequest("HTTP: an empty text beside a good one", _of(PLAIN, ""), 200, (PLAIN, None)),
    GoldenRequest("HTTP: an empty text alone", _of(""), 422),
    GoldenRequest("HTTP: one character too many", _of("x" * (MAX_TEXT + 1)), 422),
    GoldenRequest("HTTP: no JSON", b'{"documents": [', 400),
)


def judge(request: GoldenRequest, exchange: Exchange, known: Mapping[str, Rows]) -> Check:
    """`known`: by text, what the same process found when it was asked directly, ``[start, end, label]``."""
    wrong = _wrong(request, exchange, known)
    right = f"Answered {exchange.status}" + (", offsets and form as agreed." if request.texts else " with a problem.")
    return Check(request.name, not wrong, wrong or right, {"status": exchange.status})


def _wrong(request: GoldenRequest, exchange: Exchange, known: Mapping[str, Rows]) -> str:
    if not exchange.status:
        return f"No answer came: {exchange.body}."
    if exchange.status != request.status:
        return f"The answer was {exchange.status}, not {request.status}."
    try:
        body = json.loads(exchange.body)
    except ValueError:
        return "The answer is not JSON."
    if request.texts:
        return _wrong_answer(request, body, known)
    if exchange.content_type != "application/problem+json" or not (isinstance(body, dict) and body.keys() >= PROBLEM):
        return f"The answer {exchange.status} is no problem+json with type, title, status and detail."
    return ""


def _wrong_answer(request: GoldenRequest, body: Any, known: Mapping[str, Rows]) -> str:
    if wrong := _wrong_keys(body, ANSWER, "The answer") or _wrong_keys(body["model"], MODEL, "Its model"):
        return wrong
    documents = body["documents"]
    if len(documents) != len(request.texts):
        return f"It answered {len(documents)} of {len(request.texts)} documents."
    for document, text in zip(documents, request.texts, strict=True):
        if wrong := _wrong_keys(document, DOCUMENT, "A document") or _wrong_document(document, text, known):
            return wrong
    return ""


def _wrong_document(document: Mapping[str, Any], text: str | None, known: Mapping[str, Rows]) -> str:
    if text is None:
        said = document["errors"] and not document["entities"]
        return "" if said else "A document that can't be read came back without an error."
    if document["errors"]:
        return "A document that can be read came back with an error."
    for entity in document["entities"]:
        if wrong := _wrong_keys(entity, ENTITY, "An entity"):
            return wrong
        if text[entity["start"] : entity["end"]] != entity["text"] or not entity["text"]:
            return "The offsets of an entity do not give its text."
    rows = [[entity["start"], entity["end"], entity["label"]] for entity in document["entities"]]
    if rows != [list(row) for row in known.get(text, rows)]:
        return "It found something else over HTTP than when asked directly."
    return ""


def _wrong_keys(value: Any, keys: set[str], name: str) -> str:
    if isinstance(value, dict) and value.keys() == keys:
        return ""
    return f"{name} has not exactly the fields {', '.join(sorted(keys))}."
