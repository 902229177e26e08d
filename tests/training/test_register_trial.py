"""A real trial, and the pipeline that makes it a candidate."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project
from tests.conftest import Cast
from tests.pipelines import judge_few_notes, with_model
from training import ner, runs
from training.actions import experiments as actions
from training.actions.experiments import Candidate
from training.models import ModelVersion, Run, Step
from training.service_history import trained_at
from training.trials import State, curve, trials_of
from training.work import work_folder


@pytest.fixture
def experiment(
    project: Project, cast: Cast, gold_notes: list[Note], trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """One trial of the session's model, scored."""
    judge_few_notes(project)
    with_model(monkeypatch, trained)
    candidates = [Candidate("clinical", {"max_steps": 60})]
    run = actions.start_comparison(project=project, by=cast.lead, candidates=candidates, name="First")
    work_off()
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED, run.error
    return run


def work_off() -> None:
    while queued := Run.objects.filter(status=Run.Status.QUEUED).first():
        runs.execute(queued.pk)


def test_registered_trial_waits_for_approval_with_what_it_trained(experiment: Run, cast: Cast) -> None:
    trial = experiment.children.get()
    run = actions.register_trial(trial=trial, by=cast.lead)
    work_off()
    run.refresh_from_db()
    assert run.status == Run.Status.WAITING, run.error
    steps = dict(run.steps.values_list("name", "status"))
    assert {steps[name] for name in actions.SHARED} == {Step.Status.REUSED}
    assert steps["ingest"] == Step.Status.SKIPPED
    assert {steps[name] for name in ("baseline", "package", "evaluate", "gates", "compare", "register")} == {
        Step.Status.SUCCEEDED
    }
    model = ModelVersion.objects.get(run=run)
    assert (model.recipe, model.settings["max_steps"], model.trained_by) == ("clinical", 60, cast.lead)
    assert model.dataset_id == trial.params["dataset"]
    ran, took = (one.steps.get(name="calibrate").outputs["sha256"] for one in (trial, run))
    assert ran == took


def test_registered_trial_was_trained_when_the_trial_was(experiment: Run, cast: Cast) -> None:
    trial = experiment.children.get()
    ended = timezone.now() - timedelta(days=50)
    trial.steps.filter(name="train").update(ended_at=ended)
    run = actions.register_trial(trial=trial, by=cast.lead)
    work_off()
    assert trained_at(ModelVersion.objects.get(run=run)) == ended


def test_trial_is_registered_once(experiment: Run, cast: Cast) -> None:
    trial = experiment.children.get()
    run = actions.register_trial(trial=trial, by=cast.lead)
    with pytest.raises(TooLate, match=f"Run {run.pk} registers trial {trial.pk} already"):
        actions.register_trial(trial=trial, by=cast.lead)
    runs.cancel(run)
    assert actions.register_trial(trial=trial, by=cast.lead).pk != run.pk


def test_trial_whose_model_was_swept_is_trained_again(experiment: Run, cast: Cast) -> None:
    trial = experiment.children.get()
    shutil.rmtree(work_folder(trial))
    run = actions.register_trial(trial=trial, by=cast.lead)
    steps = dict(run.steps.values_list("name", "status"))
    assert (steps["quality"], steps["train"], steps["calibrate"]) == ("reused", "pending", "pending")
    assert run.params["settings"] == trial.params["settings"]


def test_what_was_not_scored_is_not_registered(experiment: Run, cast: Cast) -> None:
    with pytest.raises(ActionError, match="is no trial that was scored"):
        actions.register_trial(trial=experiment, by=cast.lead)


def test_trial_is_read_with_score_calibration_and_cost(experiment: Run) -> None:
    (trial,) = trials_of(experiment)
    assert trial.state == State.COMPLETE
    assert trial.value == trial.scores["f1"]  # type: ignore[index]
    # None where the calibration notes are too few to measure it.
    assert trial.ece == trial.run.steps.get(name="calibrate").outputs["calibration"]["ece"]
    assert trial.run.cpu_seconds > 0


def test_trial_tells_f1_at_each_look_while_it_trains(project: Project, cast: Cast, gold_notes: list[Note]) -> None:
    settings = {"max_steps": 12, "min_steps": 12, "eval_every": 4, "width": 16, "folds": 2, "vectors": "off"}
    run = actions.start_comparison(project=project, by=cast.lead, candidates=[Candidate("clinical", settings)])
    work_off()
    (trial,) = trials_of(run)
    assert trial.state == State.COMPLETE, trial.run.error
    assert list(trial.intermediate) == [1, 2, 3]
    history = trial.run.steps.get(name="train").outputs["history"]
    assert trial.intermediate == curve(history)
    assert max(trial.intermediate.values()) == history[-1]["dev_f1"]
