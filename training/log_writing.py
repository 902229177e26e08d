"""Entries of the log go into the database: notes, predictions and the minute's traffic, in one transaction."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from annotation.actions import copying, notes
from annotation.database import again_when_overtaken
from annotation.models import Note, Project
from annotation.spans import ScoredSpan
from training.log_entries import note_of
from training.models import Prediction
from training.models.prediction import found_fields
from training.traffic_counts import COLUMNS, Counts, minute_of

Row = dict[str, Any]


def write(rows: Sequence[Row], *, careful: bool) -> None:
    """Store what `rows` tell. `careful`: some of it may be there already, from a try whose end nobody heard of."""
    again_when_overtaken(lambda: _write(rows, careful))


def _without_known(rows: Sequence[Row]) -> list[Row]:
    uids = [UUID(document[0]) for row in rows for document in row["documents"]]
    there = {uid.hex for uid in Prediction.objects.filter(uid__in=uids).values_list("uid", flat=True)}
    return [row for row in rows if not any(document[0] in there for document in row["documents"])]


@transaction.atomic
def _write(rows: Sequence[Row], careful: bool) -> None:
    rows = _without_known(rows) if careful else rows
    kept = _keep_notes(rows)
    made = [prediction for row in rows for prediction in _predictions(row, kept)]
    copying.insert(made)
    _count(rows)


def _keep_notes(rows: Sequence[Row]) -> dict[str, Note | None]:
    """The note of each document that has one, by the document's id."""
    by_project: dict[int, list[tuple[str, Note]]] = defaultdict(list)
    for row in rows:
        for uid, _, _, note in row["documents"]:
            if note:
                by_project[row["project"]].append((uid, note_of(row, note)))
    projects = Project.objects.in_bulk(list(by_project))
    kept: dict[str, Note | None] = {}
    for project_id, pairs in by_project.items():
        found = notes.keep(project=projects[project_id], rows=[note for _, note in pairs])
        kept |= dict(zip([uid for uid, _ in pairs], found, strict=True))
    return kept


def _predictions(row: Row, kept: dict[str, Note | None]) -> Iterable[Prediction]:
    both = {
        "origin": Prediction.Origin.API,
        "client_id": row["client"],
        "request_id": UUID(row["request"]),
        "client_ref": row.get("ref", ""),  # a journal of an older version has none
        "created_at": datetime.fromisoformat(row["at"]),
    }
    model_id, deployment_id = row["by"]
    for uid, length, entities, _ in row["documents"]:
        note = kept.get(uid)
        yield Prediction(
            **both,
            uid=UUID(uid),
            model_id=model_id,
            deployment_id=deployment_id,
            note_id=note.pk if note else None,
            length=length,
            latency_ms=row["ms"],
            **found_fields([ScoredSpan(*entity) for entity in entities]),
        )
        if row["missed"]:
            model, deployment, outcome, latency = row["missed"]
            yield Prediction(
                **both, model_id=model, deployment_id=deployment, note_id=note.pk if note else None, length=length,
                latency_ms=latency, entities=[], outcome=outcome,
            )  # fmt: skip


def _count(rows: Sequence[Row]) -> None:
    counts: dict[tuple[int, datetime], Counts] = defaultdict(Counts)
    for row in rows:
        minute = minute_of(datetime.fromisoformat(row["at"]))
        counts[row["by"][1], minute].answered(row["documents"], row["ms"])
        if row["missed"]:
            counts[row["missed"][1], minute].missed(row["missed"][2])
    add_minutes(counts)


ADDED = ", ".join(f"{name} = t.{name} + EXCLUDED.{name}" for name in COLUMNS)
UPSERT = f"""
INSERT INTO training_trafficminute AS t (deployment_id, minute, latencies, {", ".join(COLUMNS)})
VALUES (%s, %s, %s{", %s" * len(COLUMNS)})
ON CONFLICT (deployment_id, minute) DO UPDATE SET {ADDED}, latencies = (
    SELECT coalesce(jsonb_object_agg(key, total), '{{}}') FROM (
        SELECT key, sum(value::bigint) AS total FROM (
            SELECT * FROM jsonb_each_text(t.latencies) UNION ALL SELECT * FROM jsonb_each_text(EXCLUDED.latencies)
        ) AS both_of_them GROUP BY key
    ) AS sums
)
"""  # noqa: S608 (names of our own)


def add_minutes(counts: dict[tuple[int, datetime], Counts]) -> None:
    """Add to the minutes of deployments; in one order everywhere, so that two writers don't wait for each other."""
    with connection.cursor() as cursor:
        for (deployment_id, minute), count in sorted(counts.items(), key=lambda pair: pair[0]):
            values = [getattr(count, name) for name in COLUMNS]
            cursor.execute(UPSERT, [deployment_id, minute, json.dumps(count.latencies), *values])
