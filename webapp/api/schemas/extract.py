"""What extract takes and answers."""

from __future__ import annotations

from webapp.api.documents import MAX_DOCUMENTS
from webapp.api.schemas.build import UUID, Schema, described, maybe, record, ref, rows, text
from webapp.api.schemas.parts import IN_NOTE, INDEX_TYPE, NOTE_TEXT, SAID_WORD, WORD

EXAMPLE = {"documents": [{"id": "rx-1", "text": "k/c/o T2DM, Tab Metformin 500 BD", "specialty": "endocrinology"}]}

SCHEMAS: dict[str, Schema] = {
    "Document": record(
        IN_NOTE,
        text=NOTE_TEXT,
        id=described(SAID_WORD, "Yours. The same id with the same text is the same note."),
        may_lack=("id", *IN_NOTE),
        # Others are ignored with a warning.
        more=True,
    ),
    "ExtractRequest": record(
        documents=rows(ref("Document"), least=1, most=MAX_DOCUMENTS),
        store=described({"type": "boolean", "default": True}, "false: nothing of the texts is kept."),
        index_type={**INDEX_TYPE, "default": "codepoint"},
        client_ref=described(maybe(WORD), "Your name for the request, given back."),
        may_lack=("store", "index_type", "client_ref"),
    ),
    "DocumentAnswer": record(
        id=maybe(text()),
        prediction_id=maybe(UUID),
        entities=rows(ref("Entity")),
        errors=rows(text()),
        warnings=rows(text()),
    ),
    "ExtractAnswer": record(
        request_id=UUID,
        client_ref=maybe(text()),
        index_type=INDEX_TYPE,
        model=ref("Served"),
        documents=rows(ref("DocumentAnswer")),
    ),
    "Bundle": {
        "type": "object",
        "description": "A FHIR R4 Bundle.",
        "properties": {"resourceType": {"const": "Bundle"}},
        "required": ["resourceType"],
        "additionalProperties": True,
    },
}
