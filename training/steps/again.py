"""A registered version is evaluated again: on the newest frozen test set, beside the champion of now."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotation.errors import ActionError
from annotation.models import Project
from training import artefacts, snapshots, test_sets
from training.context import Context
from training.models import Dataset, DatasetItem, Evaluation, ModelVersion, Run, Step
from training.standing import move_over_the_gate


def comparable(model: ModelVersion) -> Dataset:
    """The test set that `model` can be evaluated on now. Raises ActionError with the reason when there is none."""
    if model.status == ModelVersion.Status.ARCHIVED:
        raise ActionError(f"{model} is archived; only a version that can still be decided on is evaluated again.")
    labels = sorted(model.project.labels.active().names())
    if sorted(model.labels) != labels:
        raise ActionError(
            f"{model} marks {', '.join(model.labels)} and the project now {', '.join(labels)}; train a new version."
        )
    found = test_sets.newest(model.project)
    if found is None:
        raise ActionError(f"{model.project.name} has no frozen test set yet; train once, and there is one.")
    if not snapshots.items_of(found, DatasetItem.Split.TEST).exists():
        raise ActionError(f"No note of {found} is left with gold; add gold and train, so that it grows.")
    return found


def test_set(context: Context) -> dict[str, Any]:
    """The newest frozen test set, in the place of a pipeline's snapshot."""
    dataset = comparable(context.subject)
    context.log(f"{dataset}: {dataset.sha256[:12]}")
    return {
        "dataset_id": dataset.pk,
        "dataset": dataset.version,
        "test_set": dataset.version,
        "sha256": dataset.sha256,
        "splits": dataset.summary,
        "labels": sorted(context.subject.labels),
        "key": dataset.sha256,
    }


def artefact(context: Context) -> dict[str, Any]:
    """The version's own artefact, as it was registered and signed, in the place of a newly packaged one."""
    model = context.subject
    artefacts.verify(model)
    trained = Step.objects.filter(run=model.run_id, name="train").first()
    context.log(f"{model}: sha256 {model.sha256[:12]}")
    return {
        "key": model.sha256,
        "folder": model.folder,
        "final": True,
        "sha256": model.sha256,
        "signature": model.signature,
        "bytes": model.size,
        "seed_f1s": trained.outputs.get("seed_f1s", {}) if trained else {},
    }


@transaction.atomic
def record(context: Context) -> dict[str, Any]:
    """From now on the evaluation and the gates are the version's newest, whole or not at all."""
    run, subject = context.run, context.subject
    Project.objects.hold(run.project_id)
    model = ModelVersion.objects.select_for_update(no_key=True).get(pk=subject.pk)
    if model.status == ModelVersion.Status.ARCHIVED:
        raise ActionError(f"{model} was archived meanwhile; what was measured is kept with this run alone.")
    own = Evaluation.objects.filter(run=run, role=Evaluation.Role.CANDIDATE)
    own.update(model=model)
    f1 = own.get(split=DatasetItem.Split.TEST).scores["f1"]
    Run.objects.filter(pk=run.pk).update(metrics={"f1": f1, "model": model.number})
    move_over_the_gate(model, run)
    model.refresh_from_db()
    return {"model_id": model.pk, "model": model.number, "f1": f1, "status": model.status, "key": model.sha256}
