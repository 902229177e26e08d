"""A dataset is written once, whole, under the hash of its manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Max

from annotation.models import Project, User
from training.models import Dataset, DatasetItem


def write(
    *,
    project: Project,
    items: Sequence[DatasetItem],
    by: User | None,
    kind: Dataset.Kind = Dataset.Kind.SNAPSHOT,
    test_set: Dataset | None = None,
) -> Dataset:
    """Seal `items`, unsaved, under their hash; the dataset that has this hash already, if there is one."""
    sha256 = manifest_hash(items)
    rows = Dataset.objects.filter(project=project, kind=kind)
    if known := rows.filter(sha256=sha256).first():
        return known
    dataset = Dataset.objects.create(
        project=project,
        kind=kind,
        version=(rows.aggregate(n=Max("version"))["n"] or 0) + 1,
        test_set=test_set,
        created_by=by,
        sha256=sha256,
        summary=_summary(items),
        status=Dataset.Status.SEALED,
    )
    for item in items:
        item.dataset = dataset
    DatasetItem.objects.bulk_create(items, batch_size=1000)
    return dataset


def manifest_hash(items: Iterable[DatasetItem]) -> str:
    """SHA-256 over the sorted manifest (note, revision, split)."""
    rows = sorted(item.manifest_row() for item in items)
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def _summary(items: Iterable[DatasetItem]) -> dict[str, Any]:
    summary: dict[str, Any] = {}
    for item in items:
        row = summary.setdefault(item.split, {"notes": 0, "entities": {}})
        row["notes"] += 1
        for span in item.annotation.spans:
            row["entities"][span.label] = row["entities"].get(span.label, 0) + 1
    return summary
