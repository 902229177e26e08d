"""How long a dataset's notes are."""

from __future__ import annotations

from bisect import bisect_right

from monitoring.charts import Figure
from monitoring.datasets.content import Table
from monitoring.datasets.listing import NAMES
from training.dataset_quality.counts import LENGTHS
from training.models import Dataset


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
