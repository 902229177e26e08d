"""The log of what a model found."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from annotation.models import Client, Note
from annotation.spans import ScoredSpan
from training.models import Prediction


@dataclass(frozen=True, slots=True)
class Found:
    """A note and what was found in it."""

    note: Note
    entities: Sequence[ScoredSpan]


@dataclass(frozen=True, slots=True)
class Source:
    """Which model answered, in which role, to whom."""

    model_id: int
    deployment_id: int
    origin: Prediction.Origin
    client: Client | None = None
    request_id: uuid.UUID | None = None
    latency_ms: float | None = None


def record(*, found: Sequence[Found], source: Source) -> list[Prediction]:
    """Add one row a note to the log."""
    return Prediction.objects.bulk_create(
        Prediction(
            model_id=source.model_id,
            deployment_id=source.deployment_id,
            origin=source.origin,
            client=source.client,
            request_id=source.request_id,
            latency_ms=source.latency_ms,
            note=row.note,
            entities=[entity.to_json() for entity in row.entities],
        )
        for row in found
    )
