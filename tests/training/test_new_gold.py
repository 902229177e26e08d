"""New gold starts one run of the whole pipeline, and the notes are found again in the model that comes of it."""

from __future__ import annotations

import pytest

from annotation.models import Project
from monitoring.actions import decisions
from tests.conftest import Cast
from tests.pipelines import with_model
from tests.training.test_triggers import EAGER, add_gold, look
from training import lineage, ner, runs, snapshots
from training.models import Deployment, ModelVersion, Run

STEPS = (
    *("ingest", "validate", "snapshot", "quality", "baseline", "train", "calibrate", "package", "evaluate", "gates"),
    *("compare", "register", "approval", "deploy", "reference"),
)


def test_new_gold_goes_through_every_step_in_order_into_the_champion(
    champion: Deployment, project: Project, cast: Cast, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_model(monkeypatch, trained)
    new = add_gold(project, cast, 10)
    run = look(project, **EAGER, margin=0.2, reauthenticate=False, slice_notes=5, slice_entities=5)
    assert run is not None
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.trigger) == (Run.Status.WAITING, Run.Trigger.NEW_GOLD), run.error
    model = ModelVersion.objects.get(run=run)
    decisions.approve(model=model, by=cast.approver, reason="As good.")
    runs.execute(run.pk)
    rows = list(run.steps.order_by("position"))
    assert tuple(step.name for step in rows) == STEPS
    assert tuple(step.name for step in sorted(rows, key=lambda step: step.started_at)) == STEPS  # type: ignore[arg-type, return-value]
    assert {step.status for step in rows} == {"succeeded"}
    assert Run.objects.filter(kind=Run.Kind.PIPELINE, trigger=Run.Trigger.NEW_GOLD).count() == 1
    now = Deployment.objects.champion_of(project)
    assert now is not None
    assert now.model == model
    # The patient decides which are trained on; a frozen test set takes no more.
    learned = [note for note in new if snapshots.split_of(note, project) == "train"]
    assert learned
    assert model.dataset.items.filter(note__in=learned, split="train").count() == len(learned)
    for note in learned:
        assert ("model", model.pk) in [end for _, end in lineage.edges(lineage.of_note(note))]
