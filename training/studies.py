"""Tuning over the trials' rows: the next settings, an early end, what mattered.

With the same seed and the same gold the same settings are tried, however fast each trial is: trial n learns from the
trials up to n minus the number that run at once, all of which are over when it starts, and from no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from training.choosing import Tried, next_recipe
from training.models import Run
from training.ner import Param
from training.recipes import recipe
from training.trials import BEHIND, OVER_TIME, State, Trial, is_over_time, trials_of


@cache
def _tuning() -> ModuleType:
    """Optuna takes half a second and 35 MB: only where somebody tunes, not in every process of the product."""
    return import_module("training.tuning")


@cache
def _search_space() -> ModuleType:
    return import_module("training.search_space")


def space_of(name: str, chosen: Mapping[str, Mapping[str, Any]]) -> dict[str, Param]:
    """The recipe's settings that vary, each with its range. Raises TrainingError."""
    found: dict[str, Param] = _search_space().search_space(recipe(name).settings, chosen)
    _search_space().distributions(found)
    return found


def seen_by(number: int, trials: Sequence[Trial], parallel: int) -> list[Trial]:
    """The trials that trial `number` may learn from."""
    return [trial for trial in trials if trial.number <= number - parallel]


def may_start(number: int, trials: Sequence[Trial], parallel: int) -> bool:
    """Whether all that trial `number` learns from is over."""
    return all(trial.state != State.RUNNING for trial in seen_by(number, trials, parallel))


def recipe_for(params: Mapping[str, Any], trials: Sequence[Trial]) -> str:
    """The recipe of the next trial: the only one, or the one whose turn it is."""
    if "recipes" not in params:
        return str(params["recipe"])
    known = {trial.number for trial in seen_by(len(trials), trials, params["parallel"])}
    tried = [_tried(trial) if trial.number in known else Tried(trial.recipe) for trial in trials]
    return next_recipe(params["recipes"], tried, [name for name, space in params["space"].items() if not space])


def _tried(trial: Trial) -> Tried:
    return Tried(trial.recipe, trial.value, trial.state == State.FAILED)


def of_recipe(params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The part of an experiment that is about one recipe: the order of a tuning of it."""
    if "recipes" not in params:
        return params
    return {**params, "recipe": name, "settings": params["settings"][name], "space": params["space"][name]}


def next_settings(params: Mapping[str, Any], trials: Sequence[Trial]) -> dict[str, Any]:
    """What the next trial of a tuning tries: the values of the settings that vary."""
    tuning, space = _tuning(), space_of(params["recipe"], params["space"])
    known = {trial.number for trial in seen_by(len(trials), trials, params["parallel"])}
    rows = [_row(trial, running=trial.number not in known) for trial in _of(params["recipe"], trials)]
    study = tuning.study_of(rows, space, direction="maximize", seed=params["seed"])
    settings: dict[str, Any] = tuning.ask(study, space)
    return settings


def reason_to_prune(run: Run, looks: Mapping[int, float]) -> str | None:
    """Why the trial is better ended at its latest look; None when it goes on.

    It is behind the others of its recipe there, or the minutes are used up and a scored trial has an F1 as good.
    """
    experiment = run.parent
    if experiment is None or not experiment.params.get("prune"):
        return None
    number, trials = run.params["number"], trials_of(experiment)
    scored = [trial.scores["f1"] for trial in trials if trial.scores]
    # One that is ahead is let finish: what the others cost would be lost with it.
    if is_over_time(experiment, trials) and scored and looks[max(looks)] <= max(scored):
        return OVER_TIME
    others = _of(run.params["recipe"], seen_by(number, trials, experiment.params["parallel"]))
    own = _tuning().TrialRow(number, {}, _tuning().State.RUNNING, intermediate=looks)
    return BEHIND if _tuning().should_prune([_row(trial) for trial in others], own, direction="maximize") else None


def importance(experiment: Run, trials: Sequence[Trial], name: str = "") -> dict[str, float]:
    """The share of the results' variance that each setting of the recipe explains; empty where that can't be said."""
    order = of_recipe(experiment.params, name)
    rows = [_row(trial) for trial in _of(order["recipe"], trials)]
    shares: dict[str, float] = _tuning().importance(
        rows, space_of(order["recipe"], order["space"]), seed=experiment.params["seed"]
    )
    return shares


def _of(name: str, trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.recipe == name]


def _row(trial: Trial, *, running: bool = False) -> Any:
    tuning = _tuning()
    state, value = tuning.State(State.RUNNING if running else trial.state), None if running else trial.value
    looks = {} if running else trial.intermediate
    return tuning.TrialRow(trial.number, trial.settings, state, value, looks)
