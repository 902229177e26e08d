"""Who was champion when: read from the deployments, which are never changed but for their end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from annotation.models import Project
from training.models import DatasetItem, Deployment, ModelVersion, Step


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


def first_services(models: Iterable[ModelVersion]) -> dict[int, datetime]:
    """By version, when it became champion for the first time; those that never did are left out."""
    rows = Deployment.objects.filter(model__in=models, role=Deployment.Role.CHAMPION)
    return dict(rows.order_by().values("model").annotate(at=Min("started_at")).values_list("model", "at"))


def last_annotations(models: Iterable[ModelVersion]) -> dict[int, datetime]:
    """By version, when the newest annotation was made that it was trained on or tested with."""
    models = list(models)
    items = DatasetItem.objects.filter(dataset__in={model.dataset_id for model in models})
    # By their time: an annotation may come in later than it was made, and then its id is no guide.
    rows = items.order_by().values("dataset").annotate(at=Max("annotation__created_at"))
    newest = dict(rows.values_list("dataset", "at"))
    return {model.pk: at for model in models if (at := newest.get(model.dataset_id))}


def trained_at(model: ModelVersion) -> datetime:
    """When its training ended. A run that took a training over has the folder of the one that was carried out."""
    trainings = Step.objects.filter(run__project=model.project_id, name="train")
    own = trainings.filter(run=model.run_id).first()
    if own is None or "folder" not in own.outputs:
        return model.created_at
    ended = trainings.filter(outputs__folder=own.outputs["folder"]).aggregate(at=Min("ended_at"))["at"]
    return ended or model.created_at
