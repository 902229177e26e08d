"""What doctors say of answers."""

from __future__ import annotations

from annotation.spans import MAX_SPANS
from training.verdicts import VERDICTS
from webapp.api.schemas.build import UUID, Schema, described, maybe, one_of, record, ref, rows, text, whole
from webapp.api.schemas.parts import INDEX_TYPE, SAID_WORD

OFFSET = whole(least=0, most=10**9 - 1)
EXAMPLE = {
    "client_ref": "call 7",
    "id": "rx-1",
    "entities": [
        {"start": 6, "end": 10, "verdict": "accepted"},
        {"start": 0, "end": 5, "label": "DISEASE", "verdict": "added"},
    ],
}

SCHEMAS: dict[str, Schema] = {
    "Verdict": record(
        start=OFFSET,
        end=OFFSET,
        label=described(maybe(text()), "Needed for what is added, and where two entities have the same offsets."),
        verdict=one_of(*VERDICTS),
        may_lack=("label",),
    ),
    "FeedbackRequest": {
        **record(
            prediction_id=maybe(UUID),
            client_ref=described(SAID_WORD, "Of the request; the newest of this name is meant."),
            id=described(SAID_WORD, "Of the document, with client_ref."),
            entities=rows(ref("Verdict"), most=MAX_SPANS),
            index_type={**INDEX_TYPE, "default": "codepoint"},
            complete=described(
                {"type": "boolean", "default": False}, "The whole note was read: what is not named is accepted."
            ),
            may_lack=("prediction_id", "client_ref", "id", "entities", "index_type", "complete"),
        ),
        "anyOf": [{"required": ["prediction_id"]}, {"required": ["client_ref"]}],
    },
    "FeedbackAnswer": record(
        id=whole(least=1),
        prediction_id=UUID,
        version=whole(least=1),
        accepted=whole(least=0),
        rejected=whole(least=0),
        added=whole(least=0),
        complete={"type": "boolean"},
        asks_annotators=described({"type": "boolean"}, "Annotators were asked to look at the note."),
    ),
}
