"""A new run takes over steps of an earlier one."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from training.models import Run, Step
from training.pipelines import spec_of


def take_over(run: Run, steps: Sequence[Step]) -> None:
    """Mark the queued run's steps of the same names as reused, with what the earlier ones made, rows and all.

    Part of the caller's transaction, before any worker can see the run.
    """
    for step in steps:
        Step.objects.filter(run=run, name=step.name).update(
            status=Step.Status.REUSED,
            progress=1,
            outputs=step.outputs,
            reused_from=step,
            cache_key=step.cache_key,
            started_at=timezone.now(),
            ended_at=timezone.now(),
        )
        if adopt := spec_of(run.kind, step.name).adopt:
            adopt(step.run, run)
