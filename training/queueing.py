"""A run is queued: its row and all its steps first, then the nudge."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from training.models import Run, Step
from training.nudges import nudge
from training.step_names import STEPS


@transaction.atomic
def queue(run: Run) -> Run:
    """Store an unsaved run with its steps, and tell the queue of it."""
    run.nudged_at = timezone.now()
    run.save(force_insert=True)
    Step.objects.bulk_create(Step(run=run, position=n, name=name) for n, name in enumerate(STEPS[run.kind]))
    nudge(run)
    return run
