"""Jobs: many notes in one upload."""

from __future__ import annotations

from webapp.api.schemas.build import (
    NUMBER,
    SHARE,
    TIME,
    UUID,
    Schema,
    described,
    maybe,
    one_of,
    record,
    ref,
    rows,
    text,
)
from webapp.api.schemas.parts import INDEX_TYPE, WORD
from webapp.api.schemas.reading import COUNT

STATUS = one_of("queued", "running", "succeeded", "failed", "cancelled")
EXAMPLE = {"documents": [{"id": "rx-1", "text": "k/c/o T2DM"}, {"id": "rx-2", "text": "Tab Metformin 500 BD"}]}

SCHEMAS: dict[str, Schema] = {
    "JobRequest": record(
        documents=described(rows(ref("Document"), least=1), "Any number; a row that is no note is set aside."),
        store={"type": "boolean", "default": True},
        index_type={**INDEX_TYPE, "default": "codepoint"},
        client_ref=maybe(WORD),
        may_lack=("store", "index_type", "client_ref"),
    ),
    "Job": record(
        id=UUID,
        status=STATUS,
        client_ref=maybe(text()),
        format=one_of("json", "jsonl", "csv"),
        index_type=INDEX_TYPE,
        store={"type": "boolean"},
        model=ref("Served"),
        rows=described(COUNT, "Read so far."),
        done=COUNT,
        failed=COUNT,
        quarantined=described(COUNT, "Set aside: no note, with the reason in the results."),
        share=maybe(SHARE),
        rows_per_second=maybe(NUMBER),
        seconds_left=maybe(NUMBER),
        error=maybe(text()),
        created_at=TIME,
        started_at=maybe(TIME),
        ended_at=maybe(TIME),
        expires_at=TIME,
        url=text(),
        results_url=text(),
    ),
    "JobResults": record(
        id=UUID,
        status=STATUS,
        index_type=INDEX_TYPE,
        model=ref("Served"),
        results=rows(
            record(
                row=described(COUNT, "From 1."),
                id=maybe(text()),
                prediction_id=maybe(UUID),
                entities=rows(ref("Entity")),
                errors=rows(text()),
            )
        ),
        next=described(maybe(text()), "The cursor to go on with; null when all was read."),
    ),
}
