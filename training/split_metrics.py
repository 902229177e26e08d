"""What a test on split traffic measures, caller by caller, read from the log and from what doctors said of answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from training.models import Deployment
from training.traffic_counts import DOUBTFUL
from training.traffic_split import Caller

# A test is planned on what the champion answered lately, the newest so many notes.
LATELY, NEWEST = timedelta(days=7), 20_000
# Notes without a doctor are each a caller of their own, as they are routed.
LOG = """
SELECT coalesce(nullif(note.doctor, ''), answer.request_id::text), count(*), sum(y), sum(y * y) FROM (
    SELECT note_id, request_id, {value} AS y FROM training_prediction
    WHERE deployment_id = %s AND origin = 'api' AND outcome = 'ok' AND created_at >= %s
    ORDER BY created_at DESC LIMIT %s
) AS answer LEFT JOIN annotation_note AS note ON note.id = answer.note_id GROUP BY 1
"""
# The newest word on a prediction counts. An entity is right or not, so the sum of squares is the sum.
SAID = """
SELECT coalesce(nullif(note.doctor, ''), said.prediction_uid::text), sum(accepted + rejected), sum(accepted),
       sum(accepted)
FROM (
    SELECT DISTINCT ON (prediction_uid) prediction_uid, note_id, accepted, rejected FROM training_feedback
    WHERE deployment_id = %s AND created_at >= %s ORDER BY prediction_uid, id DESC LIMIT %s
) AS said LEFT JOIN annotation_note AS note ON note.id = said.note_id GROUP BY 1 HAVING sum(accepted + rejected) > 0
"""


@dataclass(frozen=True, slots=True)
class Metric:
    """``of`` is what it is counted over; a ``share`` is a fraction of 1, else it is a mean."""

    name: str
    title: str
    more_is_better: bool
    share: bool
    of: str
    query: str


METRICS = {
    metric.name: metric
    for metric in (
        Metric(
            "unsure", "Share of notes with a doubtful entity (fewer is better)", False, True, "notes",
            LOG.format(value=f"coalesce(min_score < {DOUBTFUL}, false)::int"),
        ),
        Metric(
            "entities", "Entities found a note (more is better)", True, False, "notes",
            LOG.format(value="jsonb_array_length(entities)"),
        ),
        Metric("accepted", "Share of entities that doctors accept (more is better)", True, True, "entities", SAID),
    )
}  # fmt: skip


def callers_of(deployment: Deployment, metric: Metric, since: datetime, newest: int | None = None) -> list[Caller]:
    """Each caller of a deployment since then, of its `newest` answers when they are too many."""
    with connection.cursor() as cursor:
        cursor.execute(metric.query, [deployment.pk, since, newest])
        return [Caller(int(n), float(total), float(squares)) for _, n, total, squares in cursor.fetchall()]
