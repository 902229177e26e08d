"""Datasets and test sets of a project, with what used them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, When

from annotation.models import Project
from training.lineage import runs_on
from training.models import Dataset, DatasetItem, Evaluation, ModelVersion

NAMES = {value: str(label) for value, label in DatasetItem.Split.choices}
COMPARED = (Evaluation.Role.CANDIDATE, Evaluation.Role.TRIAL)


@dataclass(frozen=True)
class Listed:
    """A dataset with its splits in order, the runs and models made of it, and what was compared on it."""

    dataset: Dataset
    runs: Sequence[int] = ()
    models: Sequence[ModelVersion] = ()
    snapshots: Sequence[Dataset] = ()
    compared: int = 0
    splits: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)


def listed(project: Project, rows: Sequence[Dataset]) -> list[Listed]:
    """Each of the rows, which are a page of one kind, with what used it."""
    ids = [row.pk for row in rows]
    runs, models, snapshots = defaultdict(list), defaultdict(list), defaultdict(list)
    for run, dataset in runs_on(project, ids):
        runs[dataset].append(run)
    for model in ModelVersion.objects.filter(dataset__in=ids):
        models[model.dataset_id].append(model)
    for snapshot in Dataset.objects.filter(test_set__in=ids).defer("quality"):
        snapshots[snapshot.test_set_id].append(snapshot)
    compared = compared_on(ids)
    return [
        Listed(
            dataset=row,
            runs=runs[row.pk],
            models=models[row.pk],
            snapshots=snapshots[row.pk],
            compared=compared.get(row.pk, 0),
            splits=splits_of(row),
            labels=labels_of(row),
        )
        for row in rows
    ]


def compared_on(test_sets: Sequence[int]) -> dict[int, int]:
    """How many candidates and trials were scored on each test set: the more, the luckier the best of them."""
    # Of a snapshot its test set counts; a version that is evaluated again is scored on the test set itself.
    scored_on = Case(When(dataset__kind=Dataset.Kind.TEST, then="dataset"), default="dataset__test_set")
    rows = Evaluation.objects.filter(role__in=COMPARED, split=DatasetItem.Split.TEST).order_by()
    rows = rows.annotate(test=scored_on).filter(test__in=test_sets)
    return dict(rows.values_list("test").annotate(runs=Count("run", distinct=True)))


def splits_of(dataset: Dataset) -> list[tuple[str, dict[str, Any]]]:
    """(name, {notes, entities}) of the splits that hold notes, in order."""
    return [(name, dataset.summary[split]) for split, name in NAMES.items() if split in dataset.summary]


def labels_of(dataset: Dataset) -> dict[str, int]:
    """Entities of all splits, for each label."""
    totals: dict[str, int] = {}
    for row in dataset.summary.values():
        for label, count in row["entities"].items():
            totals[label] = totals.get(label, 0) + count
    return dict(sorted(totals.items()))
