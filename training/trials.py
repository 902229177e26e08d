"""The trials of an experiment, read from their rows: where each stands, what it reached, what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.utils import timezone

from training.models import Evaluation, Run, Step

PRUNED = "pruned"
# Why a trial was pruned: it fell behind, or the experiment's minutes were used up.
BEHIND, OVER_TIME = "behind", "minutes"


class State(StrEnum):
    """Where a trial stands; the same words as a study's."""

    RUNNING = "running"
    COMPLETE = "complete"
    PRUNED = "pruned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Objective:
    """What makes a trial better: f1, recall or precision on the calibration notes, of all entities or of one label."""

    measure: str = "f1"
    label: str = ""

    def value(self, evaluation: Evaluation) -> float | None:
        """None when the notes hold nothing of the label."""
        scores = evaluation.per_label.get(self.label) if self.label else evaluation.scores
        return scores[self.measure] if scores else None

    def __str__(self) -> str:
        name = {"f1": "F1"}.get(self.measure, self.measure)
        return f"{name} of {self.label}" if self.label else f"{name} overall"


@dataclass(frozen=True, slots=True)
class Trial:
    """`intermediate` is F1 on the calibration notes by look, from 1; `scores` and `value` are None until it is over.

    `ece` is the calibration error, on the half of the calibration notes that the temperature was not fitted on.
    """

    number: int
    run: Run
    state: State
    value: float | None = None
    scores: dict[str, Any] | None = None
    ece: float | None = None
    intermediate: dict[int, float] = field(default_factory=dict)

    @property
    def recipe(self) -> str:
        return str(self.run.params["recipe"])

    @property
    def settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = self.run.params.get("settings", {})
        return settings


def objective_of(experiment: Run) -> Objective:
    return Objective(**experiment.params.get("objective", {}))


def trials_of(experiment: Run) -> list[Trial]:
    """By number. Of two runs of one number (somebody tried a trial again) the newest that did not fail counts."""
    runs: dict[int, Run] = {}
    for run in experiment.children.filter(kind=Run.Kind.TRIAL).select_related("created_by").order_by("pk"):
        number = run.params["number"]
        if number not in runs or state_of(run) != State.FAILED:
            runs[number] = run
    chosen = [runs[number] for number in sorted(runs)]
    scored, made = _evaluations(chosen), _outputs(chosen)
    objective = objective_of(experiment)
    return [_trial(run, objective, scored.get(run.pk), made.get(run.pk, {})) for run in chosen]


def best_of(trials: Sequence[Trial]) -> Trial | None:
    """The one with the best value, the earliest of equals."""
    return next(iter(ranked(trials)), None)


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """The scored ones, the best value first, the earlier of equals first."""
    done = [(-trial.value, trial.number, trial) for trial in trials if trial.value is not None]
    return [trial for _, _, trial in sorted(done, key=lambda row: row[:2])]


def is_over_time(experiment: Run, trials: Sequence[Trial]) -> bool:
    """Whether the minutes that the experiment may take, counted from its first trial, are used up; 0: no limit."""
    minutes = experiment.params.get("minutes") or 0
    return bool(minutes and trials and timezone.now() - trials[0].run.created_at > timedelta(minutes=minutes))


def state_of(run: Run) -> State:
    if not run.is_over:
        return State.RUNNING
    if run.status != Run.Status.SUCCEEDED:
        return State.FAILED
    return State.PRUNED if run.metrics.get("outcome") == PRUNED else State.COMPLETE


def _trial(run: Run, objective: Objective, evaluation: Evaluation | None, made: dict[str, dict[str, Any]]) -> Trial:
    state = state_of(run)
    looks = {int(look): f1 for look, f1 in run.metrics.get("intermediate", {}).items()}
    # A training that was taken over from another run reported nothing itself.
    looks = looks or curve(made.get("train", {}).get("history", []))
    if state != State.COMPLETE or evaluation is None:
        return Trial(run.params["number"], run, state, intermediate=looks)
    ece = made.get("calibrate", {}).get("calibration", {}).get("ece")
    value = objective.value(evaluation)
    return Trial(run.params["number"], run, state, value, evaluation.scores, ece, looks)


def curve(history: Sequence[dict[str, Any]]) -> dict[int, float]:
    """F1 by look, from a training's history: of the reports after a look the first, which is the look's own."""
    looks: dict[int, float] = {}
    for point in history:
        if point.get("looks") and point.get("dev_f1") is not None:
            looks.setdefault(point["looks"], point["dev_f1"])
    return looks


def _evaluations(runs: Sequence[Run]) -> dict[int, Evaluation]:
    rows = Evaluation.objects.filter(run__in=runs, role=Evaluation.Role.TRIAL).defer("per_note", "found", "slices")
    return {row.run_id: row for row in rows}


def _outputs(runs: Sequence[Run]) -> dict[int, dict[str, dict[str, Any]]]:
    made: dict[int, dict[str, dict[str, Any]]] = {}
    rows = Step.objects.filter(run__in=runs, name__in=("train", "calibrate"), status__in=Step.DONE)
    for run_id, name, outputs in rows.values_list("run_id", "name", "outputs"):
        made.setdefault(run_id, {})[name] = outputs
    return made
