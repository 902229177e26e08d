"""Shapes that several addresses share."""

from __future__ import annotations

from annotation.intake import FACETS, MAX_WORD, WORDS
from annotation.spans import ASSERTIONS, ICD10, MAX_TEXT
from webapp.api.schemas.build import SHA256, SHARE, Schema, described, maybe, one_of, record, ref, rows, text, whole

OFFSET = whole(least=0)
WORD = text(most=MAX_WORD)
ICD10_CODE = text(pattern=f"^{ICD10.pattern}$")
INDEX_TYPE = described(one_of("codepoint", "utf16"), "What offsets count.")
# Whole numbers are taken as words; null says nothing.
SAID_WORD: Schema = {"type": ["string", "integer", "null"], "maxLength": MAX_WORD}
NOTE_TEXT = described(text(least=1, most=MAX_TEXT), "The note, kept exactly as sent.")
IN_NOTE = dict.fromkeys(WORDS, SAID_WORD)

SCHEMAS: dict[str, Schema] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457. Never holds a note's text.",
        "properties": {
            "type": text(),
            "title": text(),
            "status": whole(least=400, most=599),
            "detail": described(text(), "What is wrong and what to do, in one sentence."),
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": True,
    },
    "Assertion": described(
        record(
            certainty=one_of("positive", "possible", "negative"),
            conditionality=one_of("none", "hypothetical"),
            association=one_of("subject", "other"),
            temporality=one_of("current", "past", "future"),
        ),
        "What the note says of an entity.",
    ),
    "Code": record(system=text(), code=text(), display=text()),
    "Entity": record(
        id=text(),
        text=text(least=1),
        label=text(),
        start=OFFSET,
        end=described(OFFSET, "End-exclusive."),
        score=SHARE,
        assertion=ref("Assertion"),
        codes=rows(ref("Code")),
        needs_review=described({"type": "boolean"}, "The score is below the project's threshold."),
    ),
    "Served": described(
        record(
            name=text(),
            version=whole(least=1),
            sha256=SHA256,
            role=one_of("champion", "canary", "variant", "shadow", "test"),
        ),
        "The version that answered, and as what.",
    ),
    "Facets": record(dict.fromkeys(FACETS, WORD)),
    "Span": record(
        start=OFFSET,
        end=OFFSET,
        label=text(),
        assertion=rows(one_of(*ASSERTIONS)),
        code=ICD10_CODE,
        score=SHARE,
        may_lack=("assertion", "code", "score"),
    ),
    "Next": described(maybe(text()), "The cursor of the next page; null at the end."),
}
