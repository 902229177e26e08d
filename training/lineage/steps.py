"""Which run used which dataset: its step `snapshot` says so, also of a run that failed later or made no model."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from annotation.models import Project
from training.models import Step


def runs_on(project: Project, datasets: Iterable[int]) -> list[tuple[int, int]]:
    """(run, dataset) of every run that took one of these datasets."""
    rows = _snapshots().filter(run__project=project, outputs__dataset_id__in=list(datasets))
    return [(run, outputs["dataset_id"]) for run, outputs in rows.values_list("run_id", "outputs")]


def datasets_of(runs: Iterable[int]) -> list[tuple[int, int]]:
    """(run, dataset) of these runs."""
    rows = _snapshots().filter(run__in=list(runs), outputs__has_key="dataset_id")
    return [(run, outputs["dataset_id"]) for run, outputs in rows.values_list("run_id", "outputs")]


def _snapshots() -> QuerySet[Step]:
    return Step.objects.filter(name="snapshot", status__in=Step.DONE).order_by("-run_id")
