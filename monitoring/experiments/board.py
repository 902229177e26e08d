"""The leaderboard of an experiment: its trials, best first, with what tells them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.experiments import count_of
from training.models import Dataset, ModelVersion, Run, Step
from training.studies import importance
from training.trials import State, Trial, best_of, objective_of, trials_of

ORDER = (State.COMPLETE, State.RUNNING, State.PRUNED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Row:
    """`pairs` are the settings that differ between the trials; `latest` is F1 at the latest look of one without score.

    `pipeline` is the run that makes the trial a candidate; what a trial trained that `is_kept` is kept for longer.
    """

    trial: Trial
    name: str
    word: str
    status: str
    pairs: list[tuple[str, str]]
    is_best: bool
    is_kept: bool
    latest: float | None
    progress: int | None
    pipeline: Run | None

    @property
    def model(self) -> ModelVersion | None:
        """The version that came of it."""
        return getattr(self.pipeline, "model", None)

    @property
    def is_scored(self) -> bool:
        return self.trial.state == State.COMPLETE and self.trial.scores is not None


@dataclass(frozen=True, slots=True)
class Board:
    experiment: Run
    rows: list[Row]
    differing: list[str]
    objective: str
    planned: int
    dataset: Dataset | None
    trials: list[Trial]

    @property
    def best(self) -> Row | None:
        return next((row for row in self.rows if row.is_best), None)

    @property
    def cost(self) -> float:
        """CPU seconds of all trials and of the experiment itself."""
        return self.experiment.cpu_seconds + sum(row.trial.run.cpu_seconds for row in self.rows)

    @property
    def over(self) -> int:
        return sum(row.trial.state != State.RUNNING for row in self.rows)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many trials are in each state, those that occur."""
        found = [(WORDS[state], sum(t.state == state for t in self.trials)) for state in ORDER]
        return [(word, count) for word, count in found if count]

    @property
    def is_comparable(self) -> bool:
        """Whether there are two trials to set side by side."""
        return sum(row.is_scored for row in self.rows) > 1

    @property
    def shows_value(self) -> bool:
        """Whether the trials are ranked by something else than F1 overall."""
        return self.objective != "F1 overall"


WORDS = {State.COMPLETE: "complete", State.RUNNING: "under way", State.PRUNED: "pruned", State.FAILED: "failed"}


def board_of(experiment: Run) -> Board:
    trials = trials_of(experiment)
    differing, best = _columns(experiment, trials), best_of(trials)
    shares, pipelines = _progress(trials), _pipelines(experiment)
    kept = {pk for made in experiment.steps.values_list("outputs", flat=True) for pk in made.get("kept", ())}
    rows = [_row(trial, differing, trial is best, shares, pipelines, kept) for trial in sorted(trials, key=_place)]
    dataset = Dataset.objects.filter(pk=experiment.params.get("dataset")).select_related("project").first()
    return Board(experiment, rows, differing, str(objective_of(experiment)), count_of(experiment), dataset, trials)


def _place(trial: Trial) -> tuple[Any, ...]:
    value = -trial.value if trial.value is not None else 0
    return ORDER.index(trial.state), trial.value is None, value, trial.number


def _columns(experiment: Run, trials: Sequence[Trial]) -> list[str]:
    """Of several recipes' settings those that are searched: their other settings differ by their defaults."""
    differing = differing_settings(trials)
    if experiment.params.get("mode") != "auto":
        return differing
    searched = {name for space in experiment.params["space"].values() for name in space}
    return [name for name in differing if name in searched]


def differing_settings(trials: Sequence[Trial]) -> list[str]:
    """Names of the settings that are not the same in all trials that have them; of one recipe or of several."""
    values: dict[str, set[str]] = {}
    for trial in trials:
        for name, value in trial.settings.items():
            values.setdefault(name, set()).add(repr(value))
    return sorted(name for name, found in values.items() if len(found) > 1)


def _row(
    trial: Trial,
    differing: Sequence[str],
    is_best: bool,
    shares: Mapping[int, float],
    pipelines: Mapping[int, Run],
    kept: set[int],
) -> Row:
    run = trial.run
    pruned = trial.state == State.PRUNED
    pairs = [(name, shown(trial.settings[name]) if name in trial.settings else "–") for name in differing]
    latest = trial.intermediate[max(trial.intermediate)] if trial.intermediate and trial.value is None else None
    return Row(
        trial=trial,
        name=run.params["recipe"],
        word="Pruned" if pruned else run.get_status_display(),
        status="pruned" if pruned else run.status,
        pairs=pairs,
        is_best=is_best,
        is_kept=run.pk in kept,
        latest=latest,
        progress=round(100 * shares[run.pk]) if run.pk in shares else None,
        pipeline=pipelines.get(run.pk),
    )


def _progress(trials: Sequence[Trial]) -> dict[int, float]:
    """How far the trials that train are with it."""
    under_way = [trial.run.pk for trial in trials if trial.run.status == Run.Status.RUNNING]
    rows = Step.objects.filter(run__in=under_way, name="train", status=Step.Status.RUNNING)
    return dict(rows.values_list("run_id", "progress"))


def _pipelines(experiment: Run) -> dict[int, Run]:
    """By trial the newest run that registers it and did not fail."""
    rows = Run.objects.filter(source__parent=experiment, kind=Run.Kind.PIPELINE).select_related("model").order_by("pk")
    failed = (Run.Status.FAILED, Run.Status.CANCELLED)
    return {run.source_id: run for run in rows.exclude(status__in=failed) if run.source_id}


def shown(value: Any) -> str:
    """A setting's value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def what_mattered(board: Board) -> dict[str, float]:
    """The share of the differences that each setting explains: of a tuning, or of the recipe that leads."""
    params, best = board.experiment.params, best_of(board.trials)
    if params.get("mode") == "tune":
        return importance(board.experiment, board.trials)
    if params.get("mode") == "auto" and best:
        return importance(board.experiment, board.trials, best.recipe)
    return {}
