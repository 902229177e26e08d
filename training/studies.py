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

from training.models import Run
from training.ner import Param
from training.recipes import recipe
from training.trials import State, Trial, trials_of


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


def next_settings(params: Mapping[str, Any], trials: Sequence[Trial]) -> dict[str, Any]:
    """What the next trial of a tuning tries: the values of the settings that vary."""
    tuning, space = _tuning(), space_of(params["recipe"], params["space"])
    known = {trial.number for trial in seen_by(len(trials), trials, params["parallel"])}
    rows = [_row(trial, running=trial.number not in known) for trial in trials]
    study = tuning.study_of(rows, space, direction="maximize", seed=params["seed"])
    settings: dict[str, Any] = tuning.ask(study, space)
    return settings


def is_hopeless(run: Run, looks: Mapping[int, float]) -> bool:
    """Whether the trial is so far behind the others at its latest look that it is better ended."""
    experiment = run.parent
    if experiment is None or not experiment.params.get("prune"):
        return False
    number = run.params["number"]
    others = seen_by(number, trials_of(experiment), experiment.params["parallel"])
    own = _tuning().TrialRow(number, {}, _tuning().State.RUNNING, intermediate=looks)
    return bool(_tuning().should_prune([_row(trial) for trial in others], own, direction="maximize"))


def importance(experiment: Run, trials: Sequence[Trial]) -> dict[str, float]:
    """The share of the results' variance that each setting explains; empty where that can't be said."""
    space = space_of(experiment.params["recipe"], experiment.params["space"])
    rows = [_row(trial) for trial in trials]
    shares: dict[str, float] = _tuning().importance(rows, space, seed=experiment.params["seed"])
    return shares


def _row(trial: Trial, *, running: bool = False) -> Any:
    tuning = _tuning()
    state, value = tuning.State(State.RUNNING if running else trial.state), None if running else trial.value
    looks = {} if running else trial.intermediate
    return tuning.TrialRow(trial.number, trial.settings, state, value, looks)
