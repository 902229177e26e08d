"""What reads: labels, models, datasets, runs."""

from __future__ import annotations

from webapp.api.schemas.build import (
    ANYTHING,
    NUMBER,
    SHA256,
    SHARE,
    TIME,
    TRUTH,
    UUID,
    Schema,
    described,
    maybe,
    one_of,
    record,
    ref,
    rows,
    text,
    whole,
)  # fmt: skip

COUNT = whole(least=0)
NUMBERED = whole(least=1)
SERVING = {
    "version": NUMBERED, "sha256": SHA256, "role": one_of("champion", "canary", "variant"), "since": TIME,
    "share": described(whole(least=0, most=100), "Percent of the callers."),
}  # fmt: skip
VERSION = {
    "number": NUMBERED, "status": text(), "recipe": text(), "labels": rows(text()), "sha256": SHA256, "bytes": COUNT,
    "temperature": maybe(NUMBER), "dataset": NUMBERED, "run": maybe(NUMBERED), "created_at": TIME,
    "decided_at": maybe(TIME), "overridden": TRUTH, "tainted": TRUTH,
}  # fmt: skip
DATASET = {
    "version": NUMBERED, "sha256": SHA256, "created_at": TIME, "test_set": maybe(NUMBERED), "splits": ANYTHING,
}  # fmt: skip
RUN = {
    "id": NUMBERED, "kind": text(), "name": text(), "status": text(), "trigger": text(), "params": ANYTHING,
    "seed": whole(), "metrics": ANYTHING, "model": maybe(NUMBERED), "experiment": maybe(NUMBERED),
    "cpu_seconds": NUMBER, "error": text(), "created_at": TIME, "started_at": maybe(TIME), "ended_at": maybe(TIME),
}  # fmt: skip
COUNTS = {"tp": COUNT, "fp": COUNT, "fn": COUNT}

SCHEMAS: dict[str, Schema] = {
    "Labels": record(
        guidelines=described(maybe(NUMBERED), "The version of the guidelines."),
        labels=rows(record(name=text(), hint=text(), retired=TRUTH)),
    ),
    "Model": record(
        SERVING,
        name=text(),
        labels=rows(text()),
        evaluation=maybe(record(dataset=NUMBERED, scores=ANYTHING, per_label=ANYTHING)),
        answering=described(rows(record(SERVING)), "All that answer callers now, the champion among them."),
    ),
    "ModelVersion": record(VERSION),
    "OneModelVersion": record(VERSION, settings=ANYTHING, calibration=ANYTHING),
    "Dataset": record(DATASET),
    "OneDataset": record(DATASET, quality=ANYTHING),
    "DatasetNote": record(
        id=NUMBERED, uid=UUID, split=text(), text=text(), spans=rows(ref("Span")), facets=ref("Facets"),
        received_at=TIME,
    ),
    "Step": record(
        name=text(), status=text(), progress=SHARE, message=text(), seconds=maybe(NUMBER), cpu_seconds=NUMBER
    ),
    "Run": record(RUN),
    "OneRun": record(RUN, steps=rows(ref("Step"))),
    "RunRequest": {
        "type": "object",
        "description": "A training over all gold; with `kind` \"evaluate\", the evaluation of the version `model`.",
        "properties": {
            "kind": one_of("pipeline", "evaluate"), "model": NUMBERED, "recipe": text(), "settings": ANYTHING,
            "seed": COUNT, "seeds": NUMBERED, "fresh": TRUTH,
        },
        "additionalProperties": False,
    },
    "Evaluation": record(
        role=text(), split=text(), dataset=NUMBERED, model=maybe(NUMBERED), scores=ANYTHING, difference=ANYTHING,
        per_label=ANYTHING, slices=ANYTHING, misaligned=COUNT, left_out=COUNT,
        notes=rows(
            record(
                COUNTS, id=NUMBERED, labels={"type": "object", "additionalProperties": record(COUNTS)},
                found=rows(record(start=COUNT, end=COUNT, label=text())),
            )
        ),
    ),
}  # fmt: skip
