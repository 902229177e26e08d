"""The notes of a dataset, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from annotation.models import Note
from training.models import Dataset, DatasetItem

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; empty: all. `after` is the number of the note that the page before ended with."""

    split: str = ""
    label: str = ""
    after: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A note in the revision that was sealed. Of a `hidden` one, how it is marked is left out."""

    item: DatasetItem
    hidden: bool

    @property
    def readable(self) -> bool:
        return self.item.note.status == Note.Status.ACTIVE

    @property
    def entities(self) -> list[tuple[str, int]]:
        return sorted(Counter(span.label for span in self.item.annotation.spans).items())

    @property
    def facets(self) -> str:
        return " · ".join(value for value in self.item.note.facets.values() if value)


def page(dataset: Dataset, filters: Filters) -> tuple[list[DatasetItem], int | None]:
    """The rows after `filters.after` in the order of their notes, and after which note the next page begins."""
    rows = dataset.items.select_related("note", "annotation__author").defer("note__ciphertext", "note__wrapped_key")
    if filters.split:
        rows = rows.filter(split=filters.split)
    if filters.label:
        rows = rows.filter(annotation__spans_json__contains=[{"label": filters.label}])
    found = list(rows.filter(note__gt=filters.after).order_by("note_id")[: PER_PAGE + 1])
    return found[:PER_PAGE], found[PER_PAGE - 1].note_id if len(found) > PER_PAGE else None


def rows(items: Sequence[DatasetItem], hidden: Collection[int], *, by_label: bool) -> list[Row]:
    """What a page shows. Found by a label, a hidden note would tell how it is marked: it is left out."""
    made = [Row(item, item.note_id in hidden) for item in items]
    return [row for row in made if not (row.hidden and by_label)]
