"""What came in, hour by hour. Counts are added, by any number of processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from annotation.intake_counts import Came
from annotation.models import Project

# Of a project, from an origin (IntakeHour.Origin), in an hour.
Key = tuple[int, str, datetime]

UPSERT = """
INSERT INTO annotation_intakehour AS t (project_id, origin, hour, documents, refused, unknown, fields)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (project_id, hour, origin) DO UPDATE SET
    documents = t.documents + EXCLUDED.documents,
    refused = t.refused + EXCLUDED.refused,
    unknown = t.unknown + EXCLUDED.unknown,
    fields = (
        SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(present, faulty)), '{}') FROM (
            SELECT key, sum((value->>0)::bigint) AS present, sum((value->>1)::bigint) AS faulty FROM (
                SELECT * FROM jsonb_each(t.fields) UNION ALL SELECT * FROM jsonb_each(EXCLUDED.fields)
            ) AS both_of_them GROUP BY key
        ) AS sums
    )
"""


@transaction.atomic
def add(came: Mapping[Key, Came]) -> None:
    """Add what came. Projects that are not there are left out; everybody adds in the same order, so that nobody waits
    for each other."""
    known = set(Project.objects.filter(pk__in={pk for pk, _, _ in came}).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for key, one in sorted(came.items(), key=lambda pair: pair[0]):
            if key[0] in known:
                figures = (one.documents, one.refused, one.unknown, json.dumps(one.fields))
                cursor.execute(UPSERT, [key[0], str(key[1]), key[2], *figures])


def hour_of(at: datetime) -> datetime:
    """The hour that a moment is counted in."""
    return at.replace(minute=0, second=0, microsecond=0)
