"""Experiments: every trial once, also when the worker is killed in the middle; the same seed gives the same winner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.models import Project
from tests.conftest import Cast
from tests.training.quick_trials import quick, work_off  # noqa: F401 - a fixture
from training import experiments, ner, reaper, runs
from training.actions import experiments as actions
from training.actions.experiments import Candidate, Tuning
from training.models import Run, Step
from training.trials import Objective, State, best_of, trials_of

SPACE = {"dropout": {"low": 0.05, "high": 0.5}, "width": {"low": 16, "high": 128}}


def tune(project: Project, cast: Cast, **given: Any) -> Run:
    parallel = given.pop("parallel", 2)
    tuning = Tuning(**{"recipe": "clinical", "space": SPACE, "settings": {}, "count": 6, **given})
    return actions.start_tuning(project=project, by=cast.lead, tuning=tuning, parallel=parallel)


def settings_of(experiment: Run) -> list[Any]:
    return [trial.settings for trial in trials_of(experiment)]


def test_comparison_trains_each_candidate_with_each_seed(project: Project, cast: Cast) -> None:
    candidates = [Candidate("clinical", {"dropout": 0.2}, seeds=2), Candidate("crf", {})]
    experiment = actions.start_comparison(project=project, by=cast.lead, candidates=candidates)
    assert work_off(experiment).status == Run.Status.SUCCEEDED
    trials = trials_of(experiment)
    assert [(t.run.params["recipe"], t.run.seed, t.state) for t in trials] == [
        ("clinical", 0, State.COMPLETE),
        ("clinical", 1, State.COMPLETE),
        ("crf", 0, State.COMPLETE),
    ]
    assert len({trial.run.params["dataset"] for trial in trials}) == 1
    assert trials[0].settings["folds"] == 5  # defaults are on record too


def test_tuning_reaches_its_count_and_names_the_best(project: Project, cast: Cast) -> None:
    experiment = work_off(tune(project, cast))
    trials = trials_of(experiment)
    assert [trial.number for trial in trials] == list(range(6))
    best = best_of(trials)
    assert best
    assert best.value == max(trial.value or 0 for trial in trials)
    outputs = experiment.steps.get().outputs
    assert (outputs["best"], outputs["complete"], outputs["stopped"]) == (best.run.pk, 6, "All trials were started.")


def test_same_seed_tries_the_same_settings_in_whatever_order_trials_end(project: Project, cast: Cast) -> None:
    first, second = work_off(tune(project, cast, count=8)), work_off(tune(project, cast, count=8), newest_first=True)
    assert settings_of(first) == settings_of(second)
    assert best_of(trials_of(first)).number == best_of(trials_of(second)).number  # type: ignore[union-attr]
    assert settings_of(work_off(tune(project, cast, count=2, seed=1)))[1] != settings_of(first)[1]


def test_killed_at_any_moment_loses_and_doubles_no_trial(
    project: Project, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = settings_of(work_off(tune(project, cast)))
    experiment = tune(project, cast)
    real, calls = experiments.queue, []

    class Killed(BaseException):
        pass

    def killed_now_and_then(run: Run) -> Run:
        calls.append(run)
        if len(calls) % 2:
            raise Killed  # before the trial's row
        queued = real(run)
        if len(calls) % 4 == 0:
            monkeypatch.setattr(experiments, "may_start", _kill_once(Killed, monkeypatch))  # after it
        return queued

    monkeypatch.setattr(experiments, "queue", killed_now_and_then)
    kills = 0
    for _ in range(100):
        for run in Run.objects.filter(status=Run.Status.QUEUED):
            try:
                runs.execute(run.pk)
            except Killed:
                kills += 1
                Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1), lost=0)
        reaper.reap()
        if Run.objects.get(pk=experiment.pk).is_over:
            break
    experiment.refresh_from_db()
    assert kills >= 6
    assert experiment.status == Run.Status.SUCCEEDED, experiment.error
    assert experiment.children.count() == 6
    assert settings_of(experiment) == expected


def _kill_once(error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    real = experiments.may_start

    def kill(*args: Any) -> bool:
        monkeypatch.setattr(experiments, "may_start", real)
        raise error

    return kill


def test_trial_that_falls_behind_is_pruned_and_costs_no_more(project: Project, cast: Cast) -> None:
    experiment = work_off(tune(project, cast, count=10, parallel=1))
    pruned = [trial for trial in trials_of(experiment) if trial.state == State.PRUNED]
    assert pruned
    for trial in pruned:
        assert trial.run.status == Run.Status.SUCCEEDED
        assert trial.value is None
        assert len(trial.intermediate) < 3
        assert trial.run.steps.get(name="train").message.startswith("Pruned: at look ")
        assert trial.run.steps.get(name="score").status == Step.Status.SKIPPED
    assert experiment.steps.get().outputs["pruned"] == len(pruned)


def test_without_pruning_every_trial_is_trained_to_its_end(project: Project, cast: Cast) -> None:
    experiment = work_off(tune(project, cast, count=10, parallel=1, prune=False))
    assert {trial.state for trial in trials_of(experiment)} == {State.COMPLETE}


def test_no_trial_starts_after_the_minutes_are_used_up(project: Project, cast: Cast) -> None:
    experiment = tune(project, cast, minutes=5, prune=False)
    runs.execute(experiment.pk)
    assert experiment.children.count() == 2
    experiment.children.update(created_at=timezone.now() - timedelta(minutes=6))
    assert work_off(experiment).status == Run.Status.SUCCEEDED
    assert experiment.children.count() == 2
    assert experiment.steps.get().outputs["stopped"] == "The 5 minutes were used up."


def test_cancel_ends_the_trials_too(project: Project, cast: Cast) -> None:
    experiment = tune(project, cast)
    runs.execute(experiment.pk)
    assert runs.cancel(experiment)
    assert {run.status for run in experiment.children.all()} == {Run.Status.CANCELLED}
    assert not runs.cancel(experiment)
    assert work_off(experiment).children.count() == 2


def test_cancelled_while_it_starts_trials_starts_no_more(
    project: Project, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = tune(project, cast)
    real = experiments.next_settings

    def cancelled_meanwhile(*args: Any) -> Any:
        runs.cancel(Run.objects.get(pk=experiment.pk))
        return real(*args)

    monkeypatch.setattr(experiments, "next_settings", cancelled_meanwhile)
    assert work_off(experiment).status == Run.Status.CANCELLED
    assert not experiment.children.exists()


def test_trials_that_all_fail_end_the_experiment_early(
    project: Project, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverged(*_: Any) -> dict[str, Any]:
        raise ner.TrainingError("Training diverged.")

    steps = [replace(spec, do=diverged) for spec in runs.PIPELINES[Run.Kind.TRIAL]]
    monkeypatch.setitem(runs.PIPELINES, Run.Kind.TRIAL, tuple(steps))
    experiment = work_off(tune(project, cast, count=20))
    assert experiment.status == Run.Status.FAILED
    assert experiment.error == "None of 6 trials succeeded: Training diverged."


def test_objective_can_be_the_recall_of_a_label(project: Project, cast: Cast) -> None:
    experiment = work_off(tune(project, cast, objective=Objective("recall", "DISEASE"), count=2))
    assert [trial.value for trial in trials_of(experiment)] == [0.25, 0.25]
    assert best_of(trials_of(experiment)).number == 0  # type: ignore[union-attr]
