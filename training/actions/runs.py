"""Ask for runs: the row first, then the nudge."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.formats import EXPORT_FORMATS
from annotation.models import Annotation, Project, User
from training import runs
from training.export_rows import Filters, What
from training.models import Run, Step
from training.pipelines import PIPELINES
from training.tasks import nudge


@transaction.atomic
def start_training(
    *, project: Project, by: User | None, trigger: Run.Trigger = Run.Trigger.USER, params: dict[str, Any] | None = None
) -> Run:
    """Queue a training of all gold there is. One at a time a project; refused when there is nothing to learn."""
    # The lock makes the check and the row one: two clicks start one run.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    other = Run.objects.unfinished().filter(project=project, kind=Run.Kind.PIPELINE).first()
    if other:
        raise TooLate(f"Run {other.pk} trains {project.name} already; wait for it or cancel it.")
    _require_gold(project)
    return _queue(Run(project=project, kind=Run.Kind.PIPELINE, created_by=by, trigger=trigger, params=params or {}))


def _require_gold(project: Project) -> None:
    gold = Annotation.objects.filter(project=project).trainable()
    if not gold.exists():
        raise ActionError(f"{project.name} has no gold to train on; annotate or import some notes first.")


@transaction.atomic
def start_import(*, project: Project, by: User, upload: str, params: dict[str, Any]) -> Run:
    """Queue the import of an uploaded file, named relative to the uploads folder."""
    return _queue(Run(project=project, kind=Run.Kind.INGEST, created_by=by, params={**params, "upload": upload}))


@transaction.atomic
def start_export(*, project: Project, by: User, file_format: str, what: What, filters: Filters) -> Run:
    """Queue the writing of a file; its run says where it is and what the format could not hold."""
    if file_format not in EXPORT_FORMATS:
        raise ActionError(f"There is no export as {file_format!r}; use one of {', '.join(EXPORT_FORMATS)}.")
    if filters.model and what == What.GOLD:
        raise ActionError("Gold is by people; for a model version export predictions or all revisions.")
    params = {"format": file_format, "what": what.value, "filters": filters.to_json()}
    return _queue(Run(project=project, kind=Run.Kind.EXPORT, created_by=by, params=params))


def _queue(run: Run) -> Run:
    run.nudged_at = timezone.now()
    run.save(force_insert=True)
    Step.objects.bulk_create(
        Step(run=run, position=position, name=spec.name) for position, spec in enumerate(PIPELINES[run.kind])
    )
    nudge(run.pk)
    return run


def cancel(*, run: Run) -> None:
    if not runs.cancel(run):
        raise TooLate(f"Run {run.pk} is over already; there is nothing to cancel.")
