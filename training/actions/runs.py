"""Ask for runs: the row first, then the nudge."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Project, User
from training import runs
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
