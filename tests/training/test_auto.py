"""Automatic experiments: recipes and their settings within a budget; the same seed gives the same winner."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.errors import ActionError
from annotation.models import Project
from tests.conftest import Cast
from tests.training.quick_trials import quick, work_off  # noqa: F401 - a fixture
from training import leftovers, runs, work
from training.actions.auto import Auto, start_auto
from training.models import Dataset, Run
from training.studies import reason_to_prune
from training.trials import Objective, Trial, ranked, trials_of

NAMES = ("dictionary", "crf", "clinical")


def search(project: Project, cast: Cast, *, dataset: Dataset | None = None, parallel: int = 2, **given: Any) -> Run:
    auto = Auto(**{"recipes": NAMES, "count": 9, "minutes": 0, **given})
    return start_auto(project=project, by=cast.lead, auto=auto, dataset=dataset, parallel=parallel)


def told(trials: list[Trial]) -> list[tuple[str, dict[str, Any]]]:
    return [(trial.recipe, trial.settings) for trial in trials]


def test_auto_tries_each_recipe_with_its_defaults_and_then_searches_the_best(project: Project, cast: Cast) -> None:
    experiment = work_off(search(project, cast))
    trials = trials_of(experiment)
    assert [trial.recipe for trial in trials[:3]] == list(NAMES)
    assert trials[2].settings["learn_rate"] == 1e-3
    assert len(trials) == 9
    best = ranked(trials)
    outputs = experiment.steps.get().outputs
    assert (outputs["best"], outputs["stopped"]) == (best[0].run.pk, "All trials were started.")
    assert outputs["kept"] == [trial.run.pk for trial in best[:3]]
    searched = [trial for trial in trials if trial.recipe == best[0].recipe]
    assert len(searched) > 3
    assert len({repr(trial.settings) for trial in searched}) == len(searched)


def test_same_seed_and_dataset_give_the_same_winner_in_whatever_order_trials_end(project: Project, cast: Cast) -> None:
    first = work_off(search(project, cast))
    dataset = Dataset.objects.get(pk=first.params["dataset"])
    second = work_off(search(project, cast, dataset=dataset), newest_first=True)
    assert told(trials_of(first)) == told(trials_of(second))
    one, other = (ranked(trials_of(run))[0] for run in (first, second))
    assert (one.number, one.value, one.recipe) == (other.number, other.value, other.recipe)


def test_minutes_end_the_trials_under_way_once_one_is_scored(project: Project, cast: Cast) -> None:
    experiment = search(project, cast, recipes=("clinical", "spacy"), minutes=5)
    runs.execute(experiment.pk)
    first, second = experiment.children.order_by("pk")
    experiment.children.update(created_at=timezone.now() - timedelta(minutes=6))
    runs.execute(first.pk)
    first.refresh_from_db()
    assert first.metrics.get("outcome") is None  # the first to be scored is trained to its end
    assert work_off(experiment).status == Run.Status.SUCCEEDED
    second.refresh_from_db()
    assert second.metrics["reason"] == "minutes"
    assert second.steps.get(name="train").message == "Pruned: at look 1 the experiment's minutes were used up."
    outputs = experiment.steps.get().outputs
    assert (outputs["complete"], outputs["pruned"]) == (1, 1)
    assert outputs["stopped"] == "The 5 minutes were used up; 1 trial under way was ended."


def test_trial_that_is_ahead_when_the_minutes_are_used_up_is_let_finish(project: Project, cast: Cast) -> None:
    experiment = search(project, cast, recipes=("clinical", "spacy"), minutes=5)
    runs.execute(experiment.pk)
    first, second = experiment.children.order_by("pk").select_related("parent")
    experiment.children.update(created_at=timezone.now() - timedelta(minutes=6))
    assert reason_to_prune(second, {1: 0.0}) is None  # nothing is scored yet
    runs.execute(first.pk)
    assert reason_to_prune(second, {1: 0.99}) is None
    assert reason_to_prune(second, {1: 0.99, 2: 0.1}) == "minutes"


def test_best_trials_are_kept_when_the_others_are_swept(project: Project, cast: Cast) -> None:
    experiment = work_off(search(project, cast, keep=2))
    kept, trials = experiment.steps.get().outputs["kept"], trials_of(experiment)
    folders = {trial.run.pk: work.work_folder(trial.run) for trial in trials}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    Run.objects.update(ended_at=timezone.now() - timedelta(days=leftovers.WORK_DAYS + 1))
    try:
        # The folders are older than what a run may be writing just now.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(leftovers, "SPARED_SECONDS", -1)
            leftovers.sweep_work()
        assert sorted(pk for pk, folder in folders.items() if folder.exists()) == sorted(kept)
    finally:
        for folder in folders.values():
            shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"recipes": ()}, "No recipe is chosen"),
        ({"recipes": ("guess",)}, "guess"),
        ({"recipes": ("update",)}, "no model in service"),
        ({"count": 2}, "2 trials are too few for 3 recipes"),
        ({"count": 0}, "number of trials is 0"),
        ({"minutes": -1}, "number of minutes is -1"),
        ({"keep": 11}, "number of trials kept is 11"),
        ({"objective": Objective("accuracy")}, "no measure 'accuracy'"),
        ({"objective": Objective("f1", "DRUG")}, "no label 'DRUG'"),
    ],
)
def test_auto_that_can_not_be_says_why(project: Project, cast: Cast, wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ActionError, match=says):
        search(project, cast, **wrong)
    assert not Run.objects.exists()
