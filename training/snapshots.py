"""Datasets: gold as it is now, split by patient, sealed under a hash."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max

from annotation.errors import ActionError
from annotation.models import Annotation, Note, Project, User
from training.models import Dataset, DatasetItem
from training.ner import Document

Split = DatasetItem.Split


def split_of(note: Note, project: Project) -> Split:
    """The split of a note: by a hash of its patient, so that no patient is on both sides, and the same for ever.

    A note without patient stands for itself.
    """
    key = f"{project.slug}:{note.patient or note.external_id}"
    draw = int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") / 2**48
    if draw < project.test_share:
        return Split.TEST
    return Split.DEV if draw < project.test_share + project.dev_share else Split.TRAIN


@transaction.atomic
def seal(*, project: Project, by: User | None) -> Dataset:
    """A new dataset of all trainable gold. Raises ActionError when there is none to train or to test on."""
    # One snapshot of a project at a time, so that versions count up without a gap.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    gold = list(_gold(project))
    if not gold:
        raise ActionError(f"{project.name} has no gold outside the audit sample; annotate or import some notes first.")
    version = (Dataset.objects.filter(project=project).aggregate(n=Max("version"))["n"] or 0) + 1
    dataset = Dataset.objects.create(project=project, version=version, created_by=by)
    items = [
        DatasetItem(dataset=dataset, note=row.note, annotation=row, split=split_of(row.note, project)) for row in gold
    ]
    _require_both_sides(project, items)
    DatasetItem.objects.bulk_create(items, batch_size=1000)
    dataset.sha256, dataset.summary = manifest_hash(items), _summary(items)
    dataset.status = Dataset.Status.SEALED
    dataset.save(update_fields=["sha256", "summary", "status"])
    return dataset


def _gold(project: Project) -> Iterable[Annotation]:
    rows = Annotation.objects.filter(project=project).trainable().select_related("note").defer("note__ciphertext")
    return rows.order_by("note_id").iterator(chunk_size=2000)


def _require_both_sides(project: Project, items: list[DatasetItem]) -> None:
    notes = Counter(item.split for item in items)
    for split, name in ((Split.TRAIN, "training"), (Split.TEST, "testing")):
        if not notes[split]:
            raise ActionError(
                f"Of {len(items)} gold notes none fell to {name}; annotate some more notes of other patients."
            )


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


def documents(dataset: Dataset, split: Split) -> list[Document]:
    """The notes of a split with their gold, in a fixed order."""
    rows = dataset.items.filter(split=split).select_related("note", "annotation").order_by("note_id")
    return [Document(str(row.note_id), row.note.text, tuple(row.annotation.spans)) for row in rows.iterator(500)]
