"""What a lineage is made of: the newest rows of each kind, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import QuerySet

from annotation.models import Annotation, Note, Project
from training.models import Dataset, DatasetItem, Deployment, ModelVersion, Prediction, Run

NEWEST = 20
# Rows beyond are not counted one by one: a champion has answered millions of requests.
MOST = 10_000
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """The newest rows of a kind. `total` is counted up to MOST + 1, which stands for "more than MOST"."""

    rows: Sequence[Row] = ()
    total: int = 0

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Lineage:
    """`items` say which of the revisions shown went into which of the datasets shown, and in which split.

    `made_by` are (run, dataset) that belong together; `learned` is the dataset whose notes a model learned from, when
    the walk goes back to the notes; `reached` counts the answers of models that learned from a note.
    """

    project: Project
    kind: str
    pk: int
    notes: Part[Note] = field(default_factory=Part)
    revisions: Part[Annotation] = field(default_factory=Part)
    datasets: Part[Dataset] = field(default_factory=Part)
    runs: Part[Run] = field(default_factory=Part)
    models: Part[ModelVersion] = field(default_factory=Part)
    deployments: Part[Deployment] = field(default_factory=Part)
    predictions: Part[Prediction] = field(default_factory=Part)
    items: Sequence[DatasetItem] = ()
    made_by: Sequence[tuple[int, int]] = ()
    learned: Dataset | None = None
    reached: int = 0


def newest(rows: QuerySet[Any], *order: str) -> Part[Any]:
    """The newest of `rows`, by default by their number."""
    found = list(rows.order_by(*(order or ("-pk",)))[: NEWEST + 1])
    if len(found) <= NEWEST:
        return Part(found, len(found))
    counted = rows.order_by().values("pk")[: MOST + 1].count()
    return Part(found[:NEWEST], counted)


def alone(row: Any) -> Part[Any]:
    return Part([row], 1)
