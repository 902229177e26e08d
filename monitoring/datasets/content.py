"""What is in a dataset, as tables of numbers: here notes and entities for each split and label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.datasets.listing import NAMES
from training.models import Dataset


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
