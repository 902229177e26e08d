"""Datasets: gold as it is now, split by patient, sealed under a hash."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet

from annotation.errors import ActionError
from annotation.models import Annotation, Note, Project, User
from training import sealing, test_sets
from training.dataset_quality import Row
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
def seal(*, project: Project, by: User | None, leave_out: Collection[int] = ()) -> Dataset:
    """A dataset of all trainable gold but the notes in `leave_out`, with the test set in force as its test split.

    The same gold is sealed once: the dataset that is there is returned. Raises ActionError when there is none to train
    or to test on.
    """
    # One snapshot of a project at a time, so that versions count up without a gap.
    Project.objects.hold(project.pk)
    gold = [row for row in gold_of(project) if row.note_id not in leave_out]
    if not gold:
        raise ActionError(f"{project.name} has no gold outside the audit sample; annotate or import some notes first.")
    sides = {row.pk: split_of(row.note, project) for row in gold}
    test_set = test_sets.in_force(project=project, gold=[row for row in gold if sides[row.pk] == Split.TEST], by=by)
    tested = list(test_set.items.select_related("note", "annotation").defer("note__ciphertext")) if test_set else []
    items = [DatasetItem(note=item.note, annotation=item.annotation, split=Split.TEST) for item in tested]
    # What stands word for word among the test notes must not be learned.
    known = {item.note.fingerprint for item in tested}
    items += [
        DatasetItem(note=row.note, annotation=row, split=sides[row.pk])
        for row in gold
        if sides[row.pk] != Split.TEST and row.note.fingerprint not in known
    ]
    _require_both_sides(project, items)
    return sealing.write(project=project, items=items, by=by, test_set=test_set)


def gold_of(project: Project) -> Iterable[Annotation]:
    """What can be trained or tested on, by note; without the notes' texts."""
    rows = Annotation.objects.filter(project=project).trainable().select_related("note").defer("note__ciphertext")
    return rows.order_by("note_id").iterator(chunk_size=2000)


def _require_both_sides(project: Project, items: Sequence[DatasetItem]) -> None:
    notes = Counter(item.split for item in items)
    for split, name in ((Split.TRAIN, "training"), (Split.TEST, "testing")):
        if not notes[split]:
            raise ActionError(
                f"Of {len(items)} gold notes none fell to {name}; annotate some more notes of other patients."
            )


def documents(dataset: Dataset, split: Split) -> list[Document]:
    """The notes of a split with their gold, in a fixed order."""
    rows = items_of(dataset, split)
    return [Document(str(row.note_id), row.note.text, tuple(row.annotation.spans)) for row in rows.iterator(500)]


def items_of(dataset: Dataset, split: Split) -> QuerySet[DatasetItem]:
    """The rows of a split in a fixed order; notes that were withdrawn or erased since are left out."""
    rows = dataset.items.filter(split=split, note__status=Note.Status.ACTIVE)
    return rows.select_related("note", "annotation").order_by("note_id")


def quality_rows(dataset: Dataset) -> Iterator[Row]:
    """What the quality report reads of each note."""
    rows = dataset.items.filter(note__status=Note.Status.ACTIVE).select_related("note", "annotation")
    for row in rows.order_by("note_id").iterator(500):
        yield Row(row.note_id, row.split, row.note.text, tuple(row.annotation.spans), row.note.patient, row.note.facets)


def raw_texts(project: Project, *, without: Dataset, most: int = 200_000) -> Iterator[str]:
    """Texts of the project's notes, annotated or not, for word vectors; those of the test set are left out."""
    tested = without.items.filter(split=Split.TEST).values("note")
    for note in _raw(project).exclude(pk__in=tested)[:most].iterator(500):
        yield note.text


def raw_key(project: Project) -> str:
    """What word vectors would be trained on now: a hash over the ids of the notes and their count.

    A note's text never changes, so its id is enough.
    """
    digest, count = hashlib.sha256(), 0
    for pk in _raw(project).values_list("pk", flat=True).iterator(10_000):
        digest.update(b"%d," % pk)
        count += 1
    return f"{count}:{digest.hexdigest()}"


def _raw(project: Project) -> QuerySet[Note]:
    return Note.objects.filter(project=project, status=Note.Status.ACTIVE).order_by("pk")
