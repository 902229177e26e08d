"""Where a version comes from, and whether its artefact is still what was registered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from training import artefacts
from training.models import Deployment, Evaluation, ModelVersion
from training.service_history import last_annotation


def facts_of(model: ModelVersion) -> dict[str, Any]:
    """``damage`` is empty when the artefact is intact; ``lead_time`` is from the last annotation into service."""
    first = model.deployments.filter(environment=Deployment.Environment.PROD).order_by("started_at").first()
    environment = model.run.environment
    return {
        "damage": artefacts.state(model),
        "commit": environment.get("commit", "")[:12],
        "libraries": {name: value for name, value in environment.items() if name != "commit" and value},
        "settings": model.settings,
        "compared": compared_on(model),
        "lead_time": lead_time(model, first.started_at) if first else "",
    }


def compared_on(model: ModelVersion) -> int:
    """How many candidates were scored on the version's test set so far: each look at it makes luck more likely."""
    rows = Evaluation.objects.filter(role=Evaluation.Role.CANDIDATE, split="test")
    if model.dataset.test_set_id:
        test_set = model.dataset.test_set_id
        return rows.filter(Q(dataset__test_set=test_set) | Q(dataset=test_set)).count()
    return rows.filter(dataset=model.dataset_id).count()


def lead_time(model: ModelVersion, served_at: datetime) -> str:
    """From the newest annotation that the version was made with into service, in words; empty when there is none."""
    newest = last_annotation(model)
    return in_words(served_at - newest) if newest else ""


def in_words(span: timedelta) -> str:
    minutes = max(0, round(span.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"
