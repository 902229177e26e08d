"""Frozen test sets: what models are scored on does not change under them; it grows only by a new version."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.models import Annotation, Project, User
from training import sealing
from training.models import Dataset, DatasetItem

# A new version is made once so much more gold has fallen to testing than the version in force holds.
GROWTH = 1.25


def newest(project: Project) -> Dataset | None:
    rows = Dataset.objects.filter(project=project, kind=Dataset.Kind.TEST, status=Dataset.Status.SEALED)
    return rows.order_by("-version").first()


def in_force(*, project: Project, gold: Sequence[Annotation], by: User | None) -> Dataset | None:
    """The version in force for this test gold, a new one when there is none or when it has grown enough.

    The caller holds the project's lock. None when no gold fell to testing.
    """
    present = newest(project)
    if present and len(gold) < GROWTH * present.items.count():
        return present
    return grow(project=project, gold=gold, by=by) if gold else present


def grow(*, project: Project, gold: Sequence[Annotation], by: User | None) -> Dataset:
    """Seal the test gold of now as the next version; the champion is scored on it before anything is compared."""
    items = [DatasetItem(note=row.note, annotation=row, split=DatasetItem.Split.TEST) for row in gold]
    return sealing.write(project=project, items=items, by=by, kind=Dataset.Kind.TEST)
