"""Which of the rows of a lineage belong together: its foreign keys, as lines between what is shown."""

from __future__ import annotations

from collections.abc import Iterator

from training.lineage.parts import Lineage

Key = tuple[str, int]


def edges(lineage: Lineage) -> list[tuple[Key, Key]]:
    """Lines from what came first to what came of it, each a pair of (kind, number); both ends are shown."""
    shown = {("note", row.pk) for row in lineage.notes.rows} | {("revision", row.pk) for row in lineage.revisions.rows}
    shown |= {("dataset", row.pk) for row in lineage.datasets.rows} | {("run", row.pk) for row in lineage.runs.rows}
    shown |= {("model", row.pk) for row in lineage.models.rows}
    shown |= {("deployment", row.pk) for row in lineage.deployments.rows}
    shown |= {("prediction", row.pk) for row in lineage.predictions.rows}
    return [(one, other) for one, other in dict.fromkeys(_all(lineage)) if one in shown and other in shown]


def _all(lineage: Lineage) -> Iterator[tuple[Key, Key]]:
    for revision in lineage.revisions.rows:
        yield ("note", revision.note_id), ("revision", revision.pk)
    for item in lineage.items:
        yield ("revision", item.annotation_id), ("dataset", item.dataset_id)
    for run, dataset in lineage.made_by:
        yield ("dataset", dataset), ("run", run)
    for model in lineage.models.rows:
        yield ("run", model.run_id), ("model", model.pk)
    for deployment in lineage.deployments.rows:
        yield ("model", deployment.model_id), ("deployment", deployment.pk)
    for prediction in lineage.predictions.rows:
        yield ("deployment", prediction.deployment_id), ("prediction", prediction.pk)
