"""Where a dataset's notes are from: notes and entities of each facet's values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Func, IntegerField, Q, Sum

from annotation.models import FACETS
from monitoring.datasets.content import Table
from monitoring.datasets.listing import NAMES
from training.models import Dataset, DatasetItem

VALUES = 8
KEPT_SECONDS = 600


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
