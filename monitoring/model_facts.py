"""Where a version comes from, and whether its artefact is still what was registered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q

from training import artefacts
from training.models import Evaluation, ModelVersion
from training.service_history import first_services, last_annotations


def facts_of(model: ModelVersion) -> dict[str, Any]:
    """``damage`` is empty when the artefact is intact; ``lead_time`` is from the last annotation into service."""
    environment = model.run.environment
    return {
        "damage": artefacts.state(model),
        "commit": environment.get("commit", "")[:12],
        "libraries": {name: value for name, value in environment.items() if name != "commit" and value},
        "settings": model.settings,
        "compared": compared_on(model),
        "lead_time": lead_times([model]).get(model.pk, ""),
    }


def compared_on(model: ModelVersion) -> int:
    """How many candidates were scored on the version's test set so far: each look at it makes luck more likely."""
    rows = Evaluation.objects.filter(role=Evaluation.Role.CANDIDATE, split="test")
    if model.dataset.test_set_id:
        test_set = model.dataset.test_set_id
        return rows.filter(Q(dataset__test_set=test_set) | Q(dataset=test_set)).count()
    return rows.filter(dataset=model.dataset_id).count()


def lead_times(models: Iterable[ModelVersion]) -> dict[int, str]:
    """By version: from the newest annotation that it was made with to champion, in words. Only those that served."""
    models = list(models)
    served = first_services(models)
    newest = last_annotations([model for model in models if model.pk in served])
    return {pk: in_words(served[pk] - at) for pk, at in newest.items()}


def in_words(span: timedelta) -> str:
    minutes = max(0, round(span.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"
