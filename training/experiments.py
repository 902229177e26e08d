"""An experiment gives out trials and goes to sleep; each trial that ends wakes it. Its rows are the truth.

Killed anywhere it loses and doubles nothing: a trial's number is the count of the trials that are there, taken under a
lock of the experiment's row, and what a tuning tries next is worked out of the trials' rows each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from annotation.errors import ActionError
from training import snapshots
from training.context import Context, Waiting
from training.models import Run
from training.queueing import queue
from training.steps import data
from training.studies import may_start, next_settings, of_recipe, recipe_for
from training.trials import OVER_TIME, State, Trial, is_over_time, objective_of, ranked, trials_of

# So many failures and no success: the settings are wrong, and more trials would only cost time.
ENOUGH_FAILURES = 5
# Of so many of the best trials what they trained is kept for longer, where the experiment does not say.
KEPT = 3


def conduct(context: Context) -> dict[str, Any]:
    """Start what is still to be started, a few at a time; done when every trial is over."""
    experiment = context.run
    if not experiment.params.get("dataset"):
        _seal(context)
    trials = trials_of(experiment)
    while reason_to_stop(experiment, trials) is None and _is_free(experiment, trials):
        if _start(experiment, trials) is None:
            break
        trials = trials_of(experiment)
    under_way = [trial for trial in trials if trial.state == State.RUNNING]
    if under_way:
        done, planned = len(trials) - len(under_way), count_of(experiment)
        sentence = f"{done} of {planned} trials are over, {len(under_way)} under way."
        context.progress(done / max(1, planned), sentence)
        raise Waiting(sentence)
    return _result(context, trials)


def _seal(context: Context) -> None:
    """The gold as it is now, sound notes only, is what every trial learns from."""
    run, checked = context.run, data.validate(context)
    dataset = snapshots.seal(project=run.project, by=run.created_by, leave_out=set(checked["unsound"]))
    run.params["dataset"] = dataset.pk
    Run.objects.filter(pk=run.pk, attempt=run.attempt, status=Run.Status.RUNNING).update(params=run.params)
    context.log(f"{dataset}: {dataset.sha256[:12]}")


def count_of(experiment: Run) -> int:
    """How many trials it is to have."""
    plan = experiment.params.get("trials")
    return len(plan) if plan is not None else int(experiment.params["count"])


def reason_to_stop(experiment: Run, trials: Sequence[Trial]) -> str | None:
    """Why no more trials are started, in a sentence; None when there are to be more."""
    used_up = f"The {experiment.params.get('minutes') or 0:g} minutes were used up"
    if cut := sum(trial.run.metrics.get("reason") == OVER_TIME for trial in trials):
        return f"{used_up}; {cut} {'trial' if cut == 1 else 'trials'} under way {'was' if cut == 1 else 'were'} ended."
    if len(trials) >= count_of(experiment):
        return "All trials were started."
    failed = [trial for trial in trials if trial.state == State.FAILED]
    if len(failed) >= ENOUGH_FAILURES and not any(trial.state == State.COMPLETE for trial in trials):
        return f"The first {len(failed)} trials failed."
    return f"{used_up}." if is_over_time(experiment, trials) else None


def _is_free(experiment: Run, trials: Sequence[Trial]) -> bool:
    parallel = experiment.params["parallel"]
    under_way = sum(trial.state == State.RUNNING for trial in trials)
    return under_way < parallel and ("trials" in experiment.params or may_start(len(trials), trials, parallel))


def _start(experiment: Run, trials: Sequence[Trial]) -> Run | None:
    """Queue the next trial; None when the experiment is no longer this worker's, or another has queued it."""
    params = _params(experiment, trials)
    with transaction.atomic():
        mine = Run.objects.filter(pk=experiment.pk, attempt=experiment.attempt, status=Run.Status.RUNNING)
        if not mine.select_for_update(no_key=True).exists():
            return None
        if experiment.children.filter(params__number=params["number"]).exists():
            return None
        trial = Run(
            project=experiment.project,
            kind=Run.Kind.TRIAL,
            parent=experiment,
            created_by=experiment.created_by,
            trigger=experiment.trigger,
            name=params.get("name", ""),
            seed=params["seed"],
            params=params,
        )
        return queue(trial)


def _params(experiment: Run, trials: Sequence[Trial]) -> dict[str, Any]:
    asked, number = experiment.params, len(trials)
    common = {"number": number, "dataset": asked["dataset"], "seeds": 1}
    if "trials" in asked:
        return {**common, **asked["trials"][number]}
    order = of_recipe(asked, recipe_for(asked, trials))
    settings = {**order["settings"], **next_settings(order, trials)}
    return {**common, "recipe": order["recipe"], "settings": settings, "seed": asked["seed"]}


def _result(context: Context, trials: Sequence[Trial]) -> dict[str, Any]:
    best, reason = ranked(trials), reason_to_stop(context.run, trials) or ""
    if not best:
        told = next((trial.run.error for trial in trials if trial.run.error), "Each was cancelled or found nothing.")
        raise ActionError(f"None of {len(trials)} trials succeeded: {told}")
    counts = {state.value: sum(trial.state == state for trial in trials) for state in State}
    kept = [trial.run.pk for trial in best[: context.run.params.get("keep", KEPT)]]
    won = {"best": kept[0], "value": best[0].value, "kept": kept}
    context.log(f"best is run {kept[0]} with {objective_of(context.run)} {best[0].value:.4f}; {reason}")
    return {"trials": len(trials), **counts, **won, "stopped": reason}
