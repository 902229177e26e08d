"""What extract answers: entities with all that is told of them, the model, and each document's own errors."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.spans import ScoredSpan
from training.entity_rows import entities_json
from training.ner.assertion import Cues
from training.serving import Served
from webapp.api.documents import Incoming, Options
from webapp.api.problems import problem


@dataclass(frozen=True, slots=True)
class Found:
    """What a model found in a document, the id that the log and feedback know it by (None: it is not kept), and the
    cues of its text (None: nobody has looked for them)."""

    entities: Sequence[ScoredSpan]
    prediction_id: uuid.UUID | None = None
    cues: Cues | None = None


def body(
    request_id: uuid.UUID,
    served: Served,
    documents: Sequence[Incoming],
    found: Mapping[int, Found],
    *,
    options: Options,
    doubt: float,
) -> dict[str, Any]:
    """The answer. `found` has the readable documents, by their identity; `doubt`: below it an entity needs review."""
    return {
        "request_id": str(request_id),
        "client_ref": options.client_ref or None,
        "index_type": options.index_type,
        "model": {"name": served.name, "version": served.number, "sha256": served.sha256, "role": served.role},
        "documents": [document_json(each, found.get(id(each)), options, doubt) for each in documents],
    }


def nothing_readable(documents: Sequence[Incoming]) -> Any:
    """The response when no document of the request can be read."""
    rows = [document_json(document, None, Options(), 0.0) for document in documents]
    return problem(422, "No document of the request can be read.", documents=rows)


def document_json(document: Incoming, found: Found | None, options: Options, doubt: float) -> dict[str, Any]:
    text = document.note.text if document.note else ""
    return {
        "id": document.id or None,
        "prediction_id": str(found.prediction_id) if found and found.prediction_id else None,
        "entities": entities_json(text, found.entities, options.index_type, doubt, found.cues) if found else [],
        "errors": document.errors,
        "warnings": document.warnings,
    }
