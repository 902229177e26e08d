"""What is in a dataset: entities for each split and label, lengths of its notes, its facets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Func, IntegerField, Q, Sum

from annotation.models import FACETS
from monitoring.charts import Figure
from monitoring.datasets.listing import NAMES
from training.dataset_quality.counts import LENGTHS
from training.models import Dataset, DatasetItem

VALUES = 8
KEPT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a name and its numbers."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]


def entities(dataset: Dataset) -> Table:
    """A row a split: notes, then entities of each label."""
    labels = sorted({label for row in dataset.summary.values() for label in row["entities"]})
    rows = [
        (name, [part["notes"], *(part["entities"].get(label, 0) for label in labels)])
        for split, name in NAMES.items()
        if (part := dataset.summary.get(split))
    ]
    return Table(["Notes", *labels], rows)


def lengths(dataset: Dataset) -> Table:
    """A row a length: the notes of each split that are so long; empty rows at the end are left out."""
    kept = dataset.quality.get("lengths", {}).get("notes") or _counted(dataset)
    splits = [split for split in NAMES if split in kept]
    rows = [(_range(place), [kept[split][place] for split in splits]) for place in range(len(LENGTHS))]
    while rows and not any(rows[-1][1]):
        rows.pop()
    return Table([NAMES[split] for split in splits], rows)


def _counted(dataset: Dataset) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for split, length in dataset.items.order_by().values_list("split", "note__length").iterator(5000):
        found.setdefault(split, [0] * len(LENGTHS))[bisect_right(LENGTHS, length) - 1] += 1
    return found


def _range(place: int) -> str:
    if place + 1 == len(LENGTHS):
        return f"{LENGTHS[place]:,} and more"
    return f"{LENGTHS[place]:,} to {LENGTHS[place + 1] - 1:,}"


def histogram(table: Table) -> Figure:
    """Bars of a table of lengths, a part for each split."""
    at = [name for name, _ in table.rows]
    data = [
        {
            "type": "bar",
            "name": split,
            "x": at,
            "y": [numbers[place] for _, numbers in table.rows],
            "hovertemplate": "%{y:,} notes",
        }
        for place, split in enumerate(table.columns)
    ]
    layout = {
        "xaxis": {"type": "category", "title": {"text": "characters"}},
        "yaxis": {"title": {"text": "notes"}, "rangemode": "tozero"},
        "barmode": "stack",
        "hovermode": "x unified",
        "height": 320,
    }
    return {"data": data, "layout": layout}


def facets(dataset: Dataset) -> list[tuple[str, Table]]:
    """For each facet that is known: notes and entities of its most frequent values. Kept for minutes: it is sealed."""
    key = f"dataset-facets-{dataset.pk}"
    found: list[tuple[str, Table]] = cache.get_or_set(key, lambda: _facets(dataset), KEPT_SECONDS) or []
    return [(name, table) for name, table in found if table.rows]


def _facets(dataset: Dataset) -> list[tuple[str, Table]]:
    return [_facet(dataset, name) for name in FACETS]


def _facet(dataset: Dataset, facet: str) -> tuple[str, Table]:
    marked = Func(F("annotation__spans_json"), function="jsonb_array_length", output_field=IntegerField())
    splits = {split: Count("pk", filter=Q(split=split)) for split in NAMES if split in dataset.summary}
    rows = DatasetItem.objects.filter(dataset=dataset).order_by().values(value=F(f"note__{facet}"))
    counted = list(rows.annotate(notes=Count("pk"), entities=Sum(marked), **splits).order_by("-notes", "value"))
    shown = [_row(row["value"] or "not given", row, splits) for row in counted[:VALUES]]
    if rest := counted[VALUES:]:
        shown.append(_row(f"{len(rest):,} others", _total(rest), splits))
    if [row["value"] for row in counted] == [""]:
        shown = []
    title = facet.replace("_", " ").capitalize()
    return title, Table(["Notes", *(NAMES[split] for split in splits), "Entities"], shown)


def _row(name: str, row: Mapping[str, Any], splits: Mapping[str, Any]) -> tuple[str, Sequence[int]]:
    return name, [row["notes"], *(row[split] for split in splits), row["entities"]]


def _total(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in rows[0] if name != "value"}
