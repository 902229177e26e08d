"""Ask for experiments, and make a trial a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from training import ner
from training.actions.runs import require_gold, require_none_at_work
from training.models import Dataset, Run, Step, TriggerRecord
from training.ner.params import resolved
from training.queueing import queue
from training.recipes import recipe
from training.reuse import still_there
from training.studies import space_of
from training.takeover import take_over
from training.trials import Objective, State, state_of

MOST_TRIALS, MOST_PARALLEL, MOST_MINUTES = 200, 16, 10_000
MEASURES = ("f1", "recall", "precision")
# What a pipeline takes over from a trial: these steps are the same in both.
SHARED = ("validate", "snapshot", "quality", "train", "calibrate")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recipe with settings to try, with each of the seeds 0 to `seeds` - 1."""

    recipe: str
    settings: Mapping[str, Any]
    seeds: int = 1


@dataclass(frozen=True, slots=True)
class Tuning:
    """Which settings vary in which ranges (``search_space``), what makes a trial better, and how much may be spent.

    No trial is started after `minutes` (0: no limit). `prune` ends trials early that fall behind, and those that the
    minutes overtake unless they are ahead of all that are scored.
    """

    recipe: str
    space: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any]
    objective: Objective = field(default_factory=Objective)
    count: int = 20
    minutes: float = 0
    seed: int = 0
    prune: bool = True


@transaction.atomic
def start_comparison(
    *,
    project: Project,
    by: User,
    candidates: Sequence[Candidate],
    name: str = "",
    dataset: Dataset | None = None,
    parallel: int = 2,
    trigger: Run.Trigger = Run.Trigger.USER,
) -> Run:
    """Queue an experiment that trains each candidate with each of its seeds on one dataset.

    Without one it is the gold as it is when the experiment begins.
    """
    plan = [
        {"recipe": one.recipe, "settings": complete(one.recipe, one.settings), "seed": seed, "name": one.recipe}
        for one in candidates
        for seed in range(within("seeds", one.seeds, 1, 20))
    ]
    if not plan:
        raise ActionError("There is no recipe to try; choose at least one.")
    within("trials", len(plan), 1, MOST_TRIALS)
    params: dict[str, Any] = {"mode": "compare", "trials": plan, "objective": asdict(Objective())}
    return queue_experiment(project, by, trigger, name, dataset, parallel, params)


@transaction.atomic
def start_tuning(
    *,
    project: Project,
    by: User,
    tuning: Tuning,
    name: str = "",
    dataset: Dataset | None = None,
    parallel: int = 2,
    trigger: Run.Trigger = Run.Trigger.USER,
) -> Run:
    """Queue an experiment that looks for the best settings of one recipe on one dataset (None: as above)."""
    check_limits(project, tuning.objective, tuning.count, tuning.minutes, tuning.seed)
    _check_space(tuning)
    fixed = {k: v for k, v in complete(tuning.recipe, tuning.settings).items() if k not in tuning.space}
    params = {
        "mode": "tune",
        "recipe": tuning.recipe,
        "settings": fixed,
        "space": {name: dict(given) for name, given in tuning.space.items()},
        "objective": asdict(tuning.objective),
        "count": tuning.count,
        "minutes": tuning.minutes,
        "seed": tuning.seed,
        "prune": tuning.prune,
    }
    return queue_experiment(project, by, trigger, name, dataset, parallel, params, seed=tuning.seed)


def check_limits(project: Project, objective: Objective, count: int, minutes: float, seed: int) -> None:
    """Raises ActionError for what no search can aim at or spend."""
    within("trials", count, 1, MOST_TRIALS)
    within("minutes", minutes, 0, MOST_MINUTES)
    within("seed", seed, 0, 2**31 - 1)
    labels = sorted(project.labels.active().names())
    if objective.measure not in MEASURES:
        raise ActionError(f"There is no measure {objective.measure!r}; use one of {', '.join(MEASURES)}.")
    if objective.label and objective.label not in labels:
        raise ActionError(f"There is no label {objective.label!r}; use one of {', '.join(labels)}.")


def _check_space(tuning: Tuning) -> None:
    if not tuning.space:
        raise ActionError("No setting varies; choose at least one that does, and its range.")
    try:
        space_of(tuning.recipe, tuning.space)
    except ner.TrainingError as error:
        raise ActionError(str(error)) from error


def within(name: str, value: Any, low: float, high: float) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ActionError(f"The number of {name} is {value!r}; give a number from {low:g} to {high:g}.")
    return value


def complete(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting of the recipe with its value: what was tried is on record, whatever the defaults become."""
    try:
        return resolved(name, recipe(name).settings, settings)
    except ner.TrainingError as error:
        raise ActionError(str(error)) from error


def queue_experiment(
    project: Project,
    by: User,
    trigger: Run.Trigger,
    name: str,
    dataset: Dataset | None,
    parallel: int,
    params: dict[str, Any],
    seed: int = 0,
) -> Run:
    within("parallel trials", parallel, 1, MOST_PARALLEL)
    if dataset and (dataset.project_id != project.pk or dataset.kind != Dataset.Kind.SNAPSHOT):
        raise ActionError(f"{dataset} is no snapshot of {project.name}; choose one of its own.")
    require_gold(project)
    run = Run(project=project, kind=Run.Kind.EXPERIMENT, created_by=by, trigger=trigger, name=name[:120], seed=seed)
    run.params = {**params, "dataset": dataset.pk if dataset else None, "parallel": parallel}
    return queue(run)


@transaction.atomic
def register_trial(*, trial: Run, by: User) -> Run:
    """Queue a pipeline that takes over what the trial trained and goes on: gates, comparison, a version to approve.

    What was swept of the trial meanwhile is made again, from the same dataset with the same settings and seed.
    """
    Project.objects.hold(trial.project_id)
    if trial.kind != Run.Kind.TRIAL or state_of(trial) != State.COMPLETE:
        raise ActionError(f"Run {trial.pk} is no trial that was scored; register one that was.")
    _require_once(trial)
    run = Run(project=trial.project, kind=Run.Kind.PIPELINE, source=trial, created_by=by, seed=trial.seed)
    run.name, run.params = f"Trial {trial.pk}", _params_of(trial)
    queue(run)
    take_over(run, _kept(trial))
    skipped = {"message": f"The data are those of trial {trial.pk}.", "progress": 1, "ended_at": timezone.now()}
    run.steps.filter(name="ingest").update(status=Step.Status.SKIPPED, **skipped)
    sentence = f"Trial {trial.pk} registered by {by}: run {run.pk}."
    TriggerRecord.objects.create(
        project=trial.project, trigger=run.trigger, started=True, sentence=sentence, run=run, by=by
    )
    return run


def _require_once(trial: Run) -> None:
    pipelines = Run.objects.filter(project=trial.project_id, kind=Run.Kind.PIPELINE)
    failed = (Run.Status.FAILED, Run.Status.CANCELLED)
    if known := pipelines.filter(source=trial).exclude(status__in=failed).first():
        raise TooLate(f"Run {known.pk} registers trial {trial.pk} already; look at it.")
    require_none_at_work(trial.project)


def _params_of(trial: Run) -> dict[str, Any]:
    snapshot = trial.steps.get(name="snapshot").outputs
    taken = {name: trial.params[name] for name in ("recipe", "settings", "seed", "seeds")}
    return {**taken, "dataset": snapshot["dataset_id"]}


def _kept(trial: Run) -> list[Step]:
    """The shared steps, up to the first whose outputs are gone."""
    kept = []
    for step in trial.steps.filter(name__in=SHARED).order_by("position"):
        if not still_there(step.outputs):
            break
        kept.append(step)
    return kept
