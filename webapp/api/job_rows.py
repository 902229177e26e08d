"""A job as the API tells it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from training.batches.progress import progress
from training.models import Batch


def address(batch: Batch) -> str:
    return reverse("api_job", args=[batch.uid])


def to_json(batch: Batch) -> dict[str, Any]:
    """Status, counts, how fast it goes and when it will be done; ``share`` is null until all rows were read."""
    now = progress(batch)
    return {
        "id": str(batch.uid),
        "status": batch.status,
        "client_ref": batch.client_ref or None,
        "format": batch.format,
        "index_type": batch.index_type,
        "store": batch.store,
        "model": model_json(batch),
        "rows": batch.rows,
        "done": batch.done,
        "failed": batch.failed,
        "quarantined": batch.quarantined,
        "share": now.share,
        "rows_per_second": now.rows_per_second,
        "seconds_left": now.seconds_left,
        "error": batch.error or None,
        "created_at": batch.created_at,
        "started_at": batch.started_at,
        "ended_at": batch.ended_at,
        "expires_at": batch.expires_at,
        "url": address(batch),
        "results_url": reverse("api_job_results", args=[batch.uid]),
    }


def model_json(batch: Batch) -> dict[str, Any]:
    model = batch.model
    return {
        "name": batch.project.slug,
        "version": model.number,
        "sha256": model.sha256,
        "role": batch.deployment.role,
    }
