"""An experiment gives out trials and goes to sleep; each trial that ends wakes it. Its rows are the truth."""

from __future__ import annotations

from typing import Any

from training.context import Context, Waiting
from training.models import Run
from training.queueing import queue


def conduct(context: Context) -> dict[str, Any]:
    """Start what is still to be started, a few at a time; done when every trial is over."""
    run, plan = context.run, context.run.params["trials"]
    trials = list(run.children.filter(kind=Run.Kind.TRIAL).order_by("pk"))
    under_way = [trial for trial in trials if not trial.is_over]
    for params in plan[len(trials) : len(trials) + max(0, run.params.get("parallel", 2) - len(under_way))]:
        trial = Run(
            project=run.project, kind=Run.Kind.TRIAL, parent=run, created_by=run.created_by, trigger=run.trigger
        )
        trial.name, trial.seed, trial.params = params.get("name", ""), params.get("seed", 0), params
        under_way.append(queue(trial))
    if under_way:
        context.progress(1 - len(under_way) / len(plan), f"{len(under_way)} of {len(plan)} trials are under way")
        raise Waiting(f"{len(under_way)} of {len(plan)} trials are under way.")
    done = [trial for trial in trials if trial.status == Run.Status.SUCCEEDED]
    return {"trials": len(trials), "succeeded": len(done)}
