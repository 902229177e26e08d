"""Who was champion when: read from the deployments, which are never changed but for their end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from annotation.models import Project
from training.models import DatasetItem, Deployment, ModelVersion


def services_of(project: Project) -> QuerySet[Deployment]:
    """The periods of production, the newest first."""
    rows = Deployment.objects.filter(project=project, environment=Deployment.Environment.PROD)
    return rows.filter(role=Deployment.Role.CHAMPION).order_by("-started_at", "-pk")


def champion_at(project: Project, moment: datetime) -> Deployment | None:
    """The period that `moment` lies in; the one that began wins over the one that ended at that very moment."""
    rows = services_of(project).filter(Q(ended_at=None) | Q(ended_at__gt=moment), started_at__lte=moment)
    return rows.select_related("model__project", "started_by", "ended_by").first()


def earlier_champions(model: ModelVersion) -> Iterator[ModelVersion]:
    """Other versions that served and are still approved, the one that served last first."""
    rows = services_of(model.project).filter(model__status=ModelVersion.Status.APPROVED).exclude(model=model)
    seen: set[int] = set()
    for row in rows.select_related("model__project"):
        if row.model_id not in seen:
            seen.add(row.model_id)
            yield row.model


def last_annotation(model: ModelVersion) -> datetime | None:
    """When the newest annotation was made that the model was trained on or tested with."""
    items = DatasetItem.objects.filter(dataset=model.dataset_id)
    newest: datetime | None = items.aggregate(at=Max("annotation__created_at"))["at"]
    return newest
