"""The walks: forward from a note, back from a prediction, both ways from what stands between."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from annotation.models import Note
from training.lineage.parts import MOST, NEWEST, Lineage, Part, alone, newest
from training.lineage.steps import datasets_of, runs_on
from training.models import Dataset, DatasetItem, Deployment, ModelVersion, Prediction, Run

LEARNED = (DatasetItem.Split.TRAIN, DatasetItem.Split.DEV)


def of_note(note: Note) -> Lineage:
    """Revisions, the datasets they went into, what was made of those, and what was found in the note.

    A model that only answered on the note, and did not learn from it, is there too.
    """
    items = list(DatasetItem.objects.filter(note=note).order_by("-dataset"))
    datasets = [item.dataset_id for item in items]
    made_by = runs_on(note.project, datasets)
    predictions = newest(Prediction.objects.filter(note=note))
    answered = {row.model_id for row in predictions.rows}
    learned = [item.dataset_id for item in items if item.split in LEARNED]
    taught = ModelVersion.objects.filter(dataset__in=learned)
    return Lineage(
        note.project,
        "note",
        note.pk,
        notes=alone(note),
        revisions=newest(note.annotations.select_related("author"), "-revision"),
        datasets=newest(Dataset.objects.filter(pk__in=datasets)),
        items=items,
        made_by=made_by,
        **_runs_and_after(made_by, ModelVersion.objects.filter(Q(dataset__in=datasets) | Q(pk__in=answered))),
        predictions=predictions,
        reached=Prediction.objects.filter(model__in=taught).values("pk")[: MOST + 1].count(),
    )


def of_dataset(dataset: Dataset) -> Lineage:
    """Back to the notes of all splits; forward to what models of it answered. A test set leads to its snapshots."""
    tested = Dataset.objects.filter(test_set=dataset)
    datasets = newest(Dataset.objects.filter(pk=dataset.pk) | tested)
    ids = [row.pk for row in datasets.rows]
    made_by = runs_on(dataset.project, ids)
    models = ModelVersion.objects.filter(dataset__in=ids)
    return Lineage(
        dataset.project,
        "dataset",
        dataset.pk,
        datasets=datasets,
        made_by=made_by,
        **_notes_of(dataset, DatasetItem.Split.values),
        **_runs_and_after(made_by, models),
        predictions=_answers(models),
    )


def of_run(run: Run) -> Lineage:
    """The run, or an experiment with its trials: the dataset before, the model after."""
    trials = Run.objects.filter(parent=run)
    made_by = datasets_of([run.pk, *trials.values_list("pk", flat=True)])
    datasets = newest(Dataset.objects.filter(pk__in={dataset for _, dataset in made_by}))
    models = ModelVersion.objects.filter(run=run) | ModelVersion.objects.filter(run__in=trials)
    first = datasets.rows[0] if datasets.rows else None
    return Lineage(
        run.project,
        "run",
        run.pk,
        datasets=datasets,
        made_by=made_by,
        learned=first,
        **_notes_of(first, LEARNED),
        **{**_runs_and_after([], models), "runs": newest(Run.objects.filter(pk=run.pk) | trials)},
        predictions=_answers(models),
    )


def of_model(model: ModelVersion) -> Lineage:
    """Back to the notes it learned from; forward to its deployments and answers."""
    return _back(model, "model", model.pk, newest(_deployments([model.pk])), newest(model.predictions.all()))


def of_prediction(prediction: Prediction) -> Lineage:
    """One answer: which deployment and model gave it, and from whose annotations the model learned."""
    deployment = Deployment.objects.select_related("started_by").get(pk=prediction.deployment_id)
    return _back(prediction.model, "prediction", prediction.pk, alone(deployment), alone(prediction))


def _back(model: ModelVersion, kind: str, pk: int, deployments: Part[Any], predictions: Part[Any]) -> Lineage:
    return Lineage(
        model.project,
        kind,
        pk,
        datasets=alone(model.dataset),
        made_by=[(model.run_id, model.dataset_id)],
        runs=alone(model.run),
        models=alone(model),
        deployments=deployments,
        predictions=predictions,
        learned=model.dataset,
        **_notes_of(model.dataset, LEARNED),
    )


def _notes_of(dataset: Dataset | None, splits: Collection[str]) -> dict[str, Any]:
    """The newest notes of a dataset, each in the revision that was sealed."""
    if dataset is None:
        return {}
    rows = dataset.items.filter(split__in=splits).select_related("note", "annotation__author").defer("note__ciphertext")
    part = newest(rows, "-note_id")
    items: Sequence[DatasetItem] = part.rows
    return {
        "notes": Part([item.note for item in items], part.total),
        "revisions": Part([item.annotation for item in items], part.total),
        "items": items,
    }


def _runs_and_after(made_by: Collection[tuple[int, int]], models: QuerySet[ModelVersion]) -> dict[str, Any]:
    return {
        "runs": newest(Run.objects.filter(pk__in={run for run, _ in made_by})),
        "models": newest(models),
        "deployments": newest(_deployments(models.values_list("pk", flat=True))),
    }


def _deployments(models: Iterable[int]) -> QuerySet[Deployment]:
    return Deployment.objects.filter(model__in=models).select_related("started_by")


def _answers(models: QuerySet[ModelVersion]) -> Part[Any]:
    """The newest answers of the newest models: asked one by one, so that an index gives each at once."""
    found: list[Prediction] = []
    total = 0
    for model in models.order_by("-pk")[:NEWEST]:
        part = newest(model.predictions.all())
        found += part.rows
        total += part.total
    return Part(sorted(found, key=lambda row: -row.pk)[:NEWEST], total)
