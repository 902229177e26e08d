"""Tuning: which settings to try next, which trial to stop early, which settings matter. No Django in here.

The caller's rows are the truth. A study of Optuna is made of them each time and kept nowhere, so that tuning goes on
after a crash as if nothing had happened: the same rows and the same seed give the same next settings.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.trial import FrozenTrial

from training.ner.params import Param
from training.search_space import distributions, fitting

Direction = Literal["maximize", "minimize"]
Space = Mapping[str, Param]
# So many trials are drawn at random before the earlier ones guide the search.
RANDOM_TRIALS = 6
# No trial is stopped before so many others have ended.
MIN_TRIALS = 5
# Fewer say nothing about what matters.
MIN_FOR_IMPORTANCE = 5

optuna.logging.set_verbosity(optuna.logging.WARNING)


class State(StrEnum):
    """Where a trial stands. A failed one teaches nothing, a pruned one that its settings are not the best."""

    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"


STATES = {
    State.RUNNING: optuna.trial.TrialState.RUNNING,
    State.COMPLETE: optuna.trial.TrialState.COMPLETE,
    State.PRUNED: optuna.trial.TrialState.PRUNED,
    State.FAILED: optuna.trial.TrialState.FAIL,
}


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial as the database knows it.

    ``value`` is its result, None until it is complete; ``intermediate`` the values at the steps looked at so far, with
    steps that mean the same in every trial (the first look, the second, …).
    """

    number: int
    params: Mapping[str, Any]
    state: State
    value: float | None = None
    intermediate: Mapping[int, float] = field(default_factory=dict)

    @property
    def result(self) -> float | None:
        """The value of a complete trial that is a number: one that diverged has none."""
        known = self.state == State.COMPLETE and self.value is not None and math.isfinite(self.value)
        return self.value if known else None


def study_of(trials: Sequence[TrialRow], space: Space, *, direction: Direction, seed: int) -> optuna.Study:
    """A study in memory that holds `trials`. Raises TrainingError for a space that can't be searched.

    A setting whose value lies outside `space`, because it was changed since, is left out of its trial.
    """
    # Each trial draws its own numbers: with one seed for all, every random trial would be the same.
    own_seed = int(np.random.SeedSequence([seed, len(trials)]).generate_state(1)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        # Constant liar: parallel trials keep away from those that are running.
        sampler = optuna.samplers.TPESampler(n_startup_trials=RANDOM_TRIALS, constant_liar=True, seed=own_seed)
    study = optuna.create_study(direction=direction, sampler=sampler, pruner=optuna.pruners.NopPruner())
    known = distributions(space)
    for row in sorted(trials, key=lambda trial: trial.number):
        study.add_trial(_frozen(row, known))
    return study


def ask(study: optuna.Study, space: Space) -> dict[str, Any]:
    """Settings for the next trial, as plain values. The first trial has the defaults, where `space` holds them."""
    known = distributions(space)
    if not study.trials:
        study.enqueue_trial(fitting({name: param.default for name, param in space.items()}, known))
    return dict(study.ask(known).params)


def should_prune(trials: Sequence[TrialRow], own: TrialRow, *, direction: Direction, warmup: int = 1) -> bool:
    """Whether the running trial `own` has at its latest step nothing better than the median of the others there.

    Never before step `warmup` and never before MIN_TRIALS others have ended.
    """
    others = [trial for trial in trials if trial.number != own.number]
    if not own.intermediate:
        return False
    study = optuna.create_study(direction=direction, pruner=optuna.pruners.NopPruner())
    for row in others:
        study.add_trial(_frozen(row, {}))
    pruner = optuna.pruners.MedianPruner(n_startup_trials=MIN_TRIALS, n_warmup_steps=warmup, n_min_trials=MIN_TRIALS)
    return bool(pruner.prune(study, _frozen(own, {})))


def importance(
    trials: Sequence[TrialRow], space: Space, *, direction: Direction = "maximize", seed: int = 0
) -> dict[str, float]:
    """The share of the results' variance that each setting explains (fANOVA), the largest first; shares add up to 1.

    Empty where that can't be said: fewer than MIN_FOR_IMPORTANCE results, or results or settings that never differ.
    """
    done = [trial for trial in trials if trial.result is not None]
    values = {trial.result for trial in done}
    varied = {name: param for name, param in space.items() if len({t.params.get(name) for t in done}) > 1}
    if len(done) < MIN_FOR_IMPORTANCE or len(values) < 2 or not varied:
        return {}
    study = study_of(done, varied, direction=direction, seed=seed)
    # A setting that some trial lacks (the space was changed) can't be weighed.
    shared = [name for name in varied if all(name in trial.params for trial in study.trials)]
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator, params=shared) if shared else {}
    return {name: float(share) for name, share in found.items()}


def best(trials: Sequence[TrialRow], *, direction: Direction = "maximize") -> TrialRow | None:
    """The complete trial with the best value, the earliest of equals."""
    sign = 1 if direction == "minimize" else -1
    done = [(sign * trial.result, trial.number, trial) for trial in trials if trial.result is not None]
    return min(done, key=lambda row: row[:2])[2] if done else None


def _frozen(row: TrialRow, known: Mapping[str, BaseDistribution]) -> FrozenTrial:
    params = fitting(row.params, known)
    state = State.FAILED if row.state == State.COMPLETE and row.result is None else row.state
    finite = {step: value for step, value in row.intermediate.items() if math.isfinite(value)}
    return optuna.trial.create_trial(
        state=STATES[state],
        params=params,
        distributions={name: known[name] for name in params},
        value=row.result,
        intermediate_values=finite,
    )
