"""Seal a snapshot, make a new version of the test set, have the quality report made: by hand."""

from __future__ import annotations

from django.db import transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from training import quality_reports, snapshots, test_sets
from training.models import Dataset, DatasetItem

# The report of more notes takes too long for a page; a training makes it as one of its steps.
MOST_NOTES = 3_000


@transaction.atomic
def seal(*, project: Project, by: User) -> Dataset:
    """A snapshot of the gold as it is now. Raises TooLate, naming it, when just this gold is sealed already."""
    # One at a time a project, so that what is new can be told from what was there.
    Project.objects.hold(project.pk)
    known = set(project.datasets.values_list("pk", flat=True))
    dataset = snapshots.seal(project=project, by=by)
    if dataset.pk in known:
        raise TooLate(f"Dataset v{dataset.version} holds just the gold of now; nothing new was sealed.")
    return dataset


@transaction.atomic
def grow_test_set(*, project: Project, by: User) -> Dataset:
    """The next version of the frozen test set, of all gold that falls to testing now, whatever its growth.

    Raises TooLate when a version holds just this gold, ActionError when no gold falls to testing.
    """
    Project.objects.hold(project.pk)
    known = set(project.datasets.values_list("pk", flat=True))
    test = DatasetItem.Split.TEST
    gold = [row for row in snapshots.gold_of(project) if snapshots.split_of(row.note, project) == test]
    if not gold:
        raise ActionError(f"No gold of {project.name} falls to testing yet; annotate notes of more patients.")
    dataset = test_sets.grow(project=project, gold=gold, by=by)
    if dataset.pk in known:
        raise TooLate(f"Test set v{dataset.version} holds just the test gold of now; no version was made.")
    return dataset


def make_quality(*, dataset: Dataset) -> bool:
    """Have the quality report of a dataset made now; False when it is there. Refused above MOST_NOTES notes."""
    if dataset.quality:
        return False
    count = dataset.items.count()
    if count > MOST_NOTES:
        raise ActionError(
            f"{dataset} has {count:,} notes; a page reports on {MOST_NOTES:,} at most: train on it, a step reports."
        )
    try:
        report = quality_reports.report_on(dataset, labels=sorted(dataset.project.labels.active().names()))
    except ValueError as error:
        raise ActionError(f"All notes of {dataset} were withdrawn since; there is nothing to report on.") from error
    return quality_reports.keep(dataset, report)
