"""A run and its steps as the API gives them."""

from __future__ import annotations

from typing import Any

from training.models import Run, Step


def to_json(row: Run) -> dict[str, Any]:
    model = row.subject or getattr(row, "model", None)
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": row.name,
        "status": row.status,
        "trigger": row.trigger,
        "params": row.params,
        "seed": row.seed,
        "metrics": row.metrics,
        "model": model.number if model else None,
        "experiment": row.parent_id if row.kind == Run.Kind.TRIAL else None,
        "cpu_seconds": row.cpu_seconds,
        "error": row.error,
        "created_at": row.created_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
    }


def step_to_json(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "status": step.status,
        "progress": step.progress,
        "message": step.message,
        "seconds": step.seconds,
        "cpu_seconds": step.cpu_seconds,
    }
