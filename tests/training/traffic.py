"""Traffic of a deployment as the log would have counted it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from training.log_writing import add_minutes
from training.models import Deployment
from training.traffic_counts import Counts

TWO = [[0, 1, "DISEASE", 0.9], [2, 3, "TREATMENT", 0.9]]


def answered(deployment: Deployment, at: datetime, notes: int, *, found: Any = TWO, milliseconds: float = 10) -> None:
    """So many requests of one note each, each with these entities."""
    counts = Counts()
    for _ in range(notes):
        counts.answered([["", 100, found]], milliseconds)
    add_minutes({(deployment.pk, minute_of(at)): counts})


def missed(deployment: Deployment, at: datetime, requests: int, outcome: str = "failed") -> None:
    counts = Counts()
    for _ in range(requests):
        counts.missed(outcome)
    add_minutes({(deployment.pk, minute_of(at)): counts})


def minute_of(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
