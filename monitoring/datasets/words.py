"""The words that are marked in a dataset, made anew for each reader and kept nowhere."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from annotation.models import Note
from training.dataset_quality.rows import Row
from training.dataset_quality.surfaces import Surfaces, marks_of
from training.dataset_quality.words import Numbers
from training.models import Dataset, DatasetItem

# As many notes as a page waits for; of a larger dataset, every so-many-th note.
MOST = 3_000


def words(dataset: Dataset, hidden_of: Callable[[Collection[int]], set[int]]) -> dict[str, Any]:
    """{top, two_labels, half_marked} of at most MOST notes, with how many were read of how many.

    `hidden_of` says which of some notes the reader may not see the marks of; these are left out.
    """
    ids = list(dataset.items.filter(note__status=Note.Status.ACTIVE).order_by("note_id").values_list("pk", "note_id"))
    chosen = ids[:: -(-len(ids) // MOST) or 1]
    hidden = hidden_of([note for _, note in chosen])
    rows = _rows([pk for pk, note in chosen if note not in hidden])
    surfaces = Surfaces(Numbers())
    for row in rows:
        surfaces.add(row, marks_of(row))
    surfaces.index()
    for row in rows:
        surfaces.look(row)
    return {**surfaces.words(), "read": len(rows), "notes": len(ids)}


def _rows(pks: Collection[int]) -> list[Row]:
    items = DatasetItem.objects.filter(pk__in=pks).select_related("note", "annotation").order_by("note_id")
    return [Row(item.note_id, item.split, item.note.text, tuple(item.annotation.spans)) for item in items]
