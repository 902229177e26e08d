"""Runs about one version: at most one of a kind at a time."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from annotation.errors import TooLate
from annotation.models import User
from training.models import ModelVersion, Run
from training.queueing import queue


@transaction.atomic
def queue_about(
    model: ModelVersion, *, kind: Run.Kind, by: User | None, trigger: Run.Trigger, params: dict[str, Any]
) -> Run:
    """Queue a run of `kind` about `model`. Raises TooLate when one is queued or at work."""
    # Who waits here sees the run that the other queued; the database refuses a second one besides.
    ModelVersion.objects.select_for_update(no_key=True).get(pk=model.pk)
    if other := at_work(model, kind):
        raise TooLate(f"Run {other.pk} does that for {model} already; wait for it or cancel it.")
    run = Run(project=model.project, kind=kind, subject=model, name=f"Version {model.number}", created_by=by)
    run.trigger, run.params, run.seed = trigger, params, model.run.seed
    return queue(run)


def at_work(model: ModelVersion, kind: Run.Kind) -> Run | None:
    return model.jobs.unfinished().filter(kind=kind).first()
