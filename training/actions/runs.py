"""Ask for runs: the row first, then the nudge."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotation.errors import ActionError, TooLate
from annotation.formats import EXPORT_FORMATS
from annotation.models import Annotation, Project, User
from training import ner, runs
from training.export_rows import Filters, What
from training.models import Run, Step, TriggerRecord
from training.queueing import queue
from training.recipes import recipe
from training.reuse import still_there
from training.step_names import STEPS
from training.takeover import take_over


@transaction.atomic
def start_training(
    *,
    project: Project,
    by: User | None,
    trigger: Run.Trigger = Run.Trigger.USER,
    params: dict[str, Any] | None = None,
    counted: int | None = None,
) -> Run:
    """Queue the whole pipeline over all gold there is. One at a time a project; refused when there is nothing to learn.

    `params` may hold recipe, settings, seed, seeds and fresh (take over nothing). `counted` is how much new gold a
    trigger saw.
    """
    require_none_at_work(project)
    require_gold(project)
    params = params or {}
    if name := params.get("recipe"):
        _require_recipe(name)
    run = Run(project=project, kind=Run.Kind.PIPELINE, created_by=by, trigger=trigger, params=params)
    run.seed = int(params.get("seed") or 0)
    queue(run)
    who = by or params.get("client") or "nobody"
    asked = "New gold was enough" if trigger == Run.Trigger.NEW_GOLD else f"Asked for by {who}"
    TriggerRecord.objects.create(
        project=project,
        trigger=trigger,
        started=True,
        sentence=f"{asked}: run {run.pk}.",
        counted=counted,
        run=run,
        by=by,
    )
    return run


def _require_recipe(name: str) -> None:
    try:
        recipe(name)
    except ner.TrainingError as error:
        raise ActionError(str(error)) from error


@transaction.atomic
def go_on(*, run: Run, step: str, by: User, params: dict[str, Any] | None = None) -> Run:
    """A new run that takes over all that `run` made before `step`, and carries out the rest: with other `params`, or
    simply again. The steps taken over show as reused."""
    names = STEPS[run.kind]
    if step not in names or run.kind not in (Run.Kind.PIPELINE, Run.Kind.TRIAL):
        raise ActionError(f"Run {run.pk} has no step {step!r} to go on from; choose one of {', '.join(names)}.")
    earlier = list(run.steps.filter(name__in=names[: names.index(step)]).order_by("position"))
    for one in earlier:
        if one.status not in Step.DONE or not still_there(one.outputs):
            raise ActionError(f"Step {one.name} of run {run.pk} is not there to go on from; start at it or before.")
    if run.kind == Run.Kind.PIPELINE:
        require_none_at_work(run.project)
    seed = (params or {}).get("seed", run.seed)
    again = Run(project=run.project, kind=run.kind, source=run, created_by=by, seed=seed)
    again.params, again.parent, again.name = {**run.params, **(params or {})}, run.parent, run.name
    queue(again)
    take_over(again, earlier)
    return again


def require_none_at_work(project: Project) -> None:
    """Raise TooLate when a pipeline of the project is queued or running."""
    # The lock makes the check and the row that follows one: two clicks start one run.
    Project.objects.hold(project.pk)
    other = Run.objects.in_work().filter(project=project, kind=Run.Kind.PIPELINE).first()
    if other:
        raise TooLate(f"Run {other.pk} trains {project.name} already; wait for it or cancel it.")


def require_gold(project: Project) -> None:
    """Raise ActionError when there is nothing to learn from."""
    gold = Annotation.objects.filter(project=project).trainable()
    if not gold.exists():
        raise ActionError(f"{project.name} has no gold to train on; annotate or import some notes first.")


@transaction.atomic
def start_import(*, project: Project, by: User, upload: str, params: dict[str, Any]) -> Run:
    """Queue the import of an uploaded file, named relative to the uploads folder."""
    return queue(Run(project=project, kind=Run.Kind.INGEST, created_by=by, params={**params, "upload": upload}))


@transaction.atomic
def start_export(*, project: Project, by: User, file_format: str, what: What, filters: Filters) -> Run:
    """Queue the writing of a file; its run says where it is and what the format could not hold."""
    if file_format not in EXPORT_FORMATS:
        raise ActionError(f"There is no export as {file_format!r}; use one of {', '.join(EXPORT_FORMATS)}.")
    if filters.model and what == What.GOLD:
        raise ActionError("Gold is by people; for a model version export predictions or all revisions.")
    params = {"format": file_format, "what": what.value, "filters": filters.to_json()}
    return queue(Run(project=project, kind=Run.Kind.EXPORT, created_by=by, params=params))


def cancel(*, run: Run) -> None:
    if not runs.cancel(run):
        raise TooLate(f"Run {run.pk} is over already; there is nothing to cancel.")
