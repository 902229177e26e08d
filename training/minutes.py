"""What deployments answered, added up from their minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from training.models import TrafficMinute
from training.traffic_counts import COLUMNS, Counts, minute_of

LATENCIES = """
SELECT key, sum(value::bigint) FROM training_trafficminute, jsonb_each_text(latencies)
WHERE deployment_id = %s AND minute >= %s GROUP BY key
"""


def counts_since(deployment_id: int, since: datetime) -> Counts:
    """All of a deployment's traffic from the minute of `since` on."""
    minute = minute_of(since)
    rows = TrafficMinute.objects.filter(deployment=deployment_id, minute__gte=minute)
    found: dict[str, Any] = rows.order_by().aggregate(**{f"{name}_": Sum(name) for name in COLUMNS})
    with connection.cursor() as cursor:
        cursor.execute(LATENCIES, [deployment_id, minute])
        latencies = Counter({key: int(count) for key, count in cursor.fetchall()})
    return Counts(**{name: found[f"{name}_"] or 0 for name in COLUMNS}, latencies=latencies)


def minutes_since(deployment_ids: Sequence[int], since: datetime) -> QuerySet[TrafficMinute]:
    """The minutes of several deployments, the oldest first."""
    rows = TrafficMinute.objects.filter(deployment__in=deployment_ids, minute__gte=since)
    return rows.order_by("minute", "deployment")


def counts_of(row: TrafficMinute) -> Counts:
    """One minute."""
    return Counts(**{name: getattr(row, name) for name in COLUMNS}, latencies=Counter(row.latencies))
