"""Rows of a lineage as nodes: a title, a line of detail, an address."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.urls import reverse

from annotation.models import Annotation, Note
from training.lineage import Key, Lineage, Part
from training.models import Dataset, Deployment, ModelVersion, Prediction, Run

WHAT_FOR = {"train": "training", "dev": "calibration", "test": "testing"}


@dataclass(frozen=True, slots=True)
class Node:
    """A row: two lines below its title, where it leads to, and whether the page is about it."""

    key: Key
    title: str
    lines: tuple[str, str]
    url: str
    here: bool = False

    @property
    def detail(self) -> str:
        return ", ".join(line for line in self.lines if line)


@dataclass(frozen=True, slots=True)
class Column:
    """The nodes of a kind; `total` as a :class:`Part` counts. `closed`: they are not for this reader."""

    name: str
    nodes: Sequence[Node] = field(default_factory=list)
    total: int = 0
    closed: bool = False

    @property
    def more(self) -> int:
        return self.total - len(self.nodes)


def columns(lineage: Lineage, *, reads: bool, hidden: Collection[int]) -> list[Column]:
    """The columns from notes to predictions. Without `reads`, and of `hidden` notes, what people marked is left out."""
    splits = {item.dataset_id: item.split for item in lineage.items} if lineage.kind == "note" else {}
    open_to = [row for row in lineage.revisions.rows if row.note_id not in hidden]
    revisions = Part(open_to, lineage.revisions.total)
    here = (lineage.kind, lineage.pk)

    def column(name: str, part: Part[Any], node: Callable[[Any], Node], *, closed: bool = False) -> Column:
        nodes = [] if closed else [_at(node(row), here) for row in part.rows]
        return Column(name, nodes, part.total, closed)

    return [
        column("Notes", lineage.notes, _note, closed=not reads),
        column("Revisions", revisions, _revision, closed=not reads),
        column("Datasets", lineage.datasets, lambda row: _dataset(row, splits.get(row.pk, ""))),
        column("Runs", lineage.runs, _run),
        column("Models", lineage.models, _model),
        column("Deployments", lineage.deployments, lambda row: _deployment(row, lineage)),
        column("Predictions", lineage.predictions, lambda row: _prediction(row, lineage)),
    ]


def _at(node: Node, here: Key) -> Node:
    return replace(node, here=True) if node.key == here else node


def _note(note: Note) -> Node:
    state = "" if note.status == Note.Status.ACTIVE else note.get_status_display().lower()
    url = reverse("lineage_note", args=[note.pk])
    return Node(("note", note.pk), f"Note {note.pk}", (day(note.received_at), state), url)


def _revision(revision: Annotation) -> Node:
    url = f"{reverse('note', args=[revision.note_id])}?revision={revision.revision}"
    title = f"Note {revision.note_id}, rev. {revision.revision}"
    return Node(("revision", revision.pk), title, (revision.by, day(revision.created_at)), url)


def _dataset(dataset: Dataset, split: str) -> Node:
    lines = (day(dataset.created_at), split and f"for {WHAT_FOR[split]}")
    return Node(("dataset", dataset.pk), name_of(dataset), lines, reverse("lineage_dataset", args=[dataset.pk]))


def name_of(dataset: Dataset) -> str:
    return f"{'Test set' if dataset.kind == Dataset.Kind.TEST else 'Dataset'} v{dataset.version}"


def _run(run: Run) -> Node:
    lines = (run.get_kind_display(), run.get_status_display().lower())
    return Node(("run", run.pk), f"Run {run.pk}", lines, reverse("lineage_run", args=[run.pk]))


def _model(model: ModelVersion) -> Node:
    url = reverse("lineage_model", args=[model.pk])
    return Node(("model", model.pk), f"Model v{model.number}", (model.get_status_display(), day(model.created_at)), url)


def _deployment(deployment: Deployment, lineage: Lineage) -> Node:
    until = day(deployment.ended_at) if deployment.ended_at else "now"
    url = reverse("deployments", args=[lineage.project.slug])
    title = deployment.get_role_display()
    return Node(("deployment", deployment.pk), title, (f"from {day(deployment.started_at)}", f"to {until}"), url)


def _prediction(prediction: Prediction, lineage: Lineage) -> Node:
    lines = (prediction.get_origin_display(), f"{day(prediction.created_at)}, {prediction.created_at:%H:%M}")
    url = reverse("lineage_prediction", args=[lineage.project.slug, prediction.pk])
    return Node(("prediction", prediction.pk), f"Prediction {prediction.pk}", lines, url)


def day(at: datetime) -> str:
    return f"{at:%-d %b %Y}"
