"""Notes and gold of other systems, and one note with all there is of it."""

from __future__ import annotations

from annotation.spans import ASSERTIONS, MAX_SPANS
from webapp.api.rows import MOST_ROWS
from webapp.api.schemas.build import TIME, TRUTH, UUID, Schema, described, maybe, one_of, record, ref, rows, text, whole
from webapp.api.schemas.parts import ICD10_CODE, INDEX_TYPE, OFFSET, SAID_WORD

REVISION = whole(least=0, most=2**31 - 1)

SCHEMAS: dict[str, Schema] = {
    "NotesRequest": record(notes=rows(ref("Document"), least=1, most=MOST_ROWS)),
    "NotesAnswer": record(
        notes=rows(
            record(
                id=maybe(text()),
                status=one_of("added", "known", "conflict", "error"),
                errors=rows(text()),
                warnings=rows(text()),
            )
        )
    ),
    "GoldEntity": record(
        start=OFFSET,
        end=OFFSET,
        label=text(least=1),
        assertion=maybe(rows(one_of(*ASSERTIONS))),
        code=maybe(ICD10_CODE),
        may_lack=("assertion", "code"),
        more=True,
    ),
    "AnnotationsRequest": record(
        annotations=rows(
            record(
                id=described(SAID_WORD, "Your id of the note."),
                entities=described(rows(ref("GoldEntity"), most=MAX_SPANS), "All of the note; []: it has none."),
                if_revision=described(maybe(REVISION), "The newest revision that you saw; 0: none."),
                index_type={**INDEX_TYPE, "default": "codepoint"},
                may_lack=("if_revision", "index_type"),
            ),
            least=1,
            most=MOST_ROWS,
        )
    ),
    "AnnotationsAnswer": record(
        annotations=rows(
            record(
                id=maybe(text()),
                status=one_of("gold", "conflict", "error"),
                revision=maybe(REVISION),
                errors=rows(text()),
            )
        )
    ),
    "NoteAnswer": record(
        id=text(),
        text=text(least=1),
        length=whole(least=1),
        facets=ref("Facets"),
        received_at=TIME,
        index_type=INDEX_TYPE,
        audited=described(TRUTH, "Of the audit sample: its annotations are given to nobody."),
        revision=described(REVISION, "The newest; send it as if_revision."),
        annotations=rows(
            record(
                revision=REVISION,
                status=one_of("draft", "gold", "superseded"),
                origin=one_of("human", "prelabel", "import"),
                created_at=TIME,
                entities=rows(ref("Span")),
            )
        ),
        predictions=rows(
            record(prediction_id=UUID, version=whole(least=1), role=text(), created_at=TIME, entities=rows(ref("Span")))
        ),
    ),
}
