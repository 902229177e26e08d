"""Messages to the queue. They only say: look at this row; losing or repeating one does no harm."""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.db import transaction

from training.models import Run

TRAIN, WORK, PRELABEL = "training.tasks.train", "training.tasks.work", "training.tasks.prelabel"
BATCH = "training.tasks.batch"
HEAVY = (Run.Kind.PIPELINE, Run.Kind.TRIAL, Run.Kind.EVALUATE)


def nudge(run: Run) -> None:
    """Tell the right queue, once the row is committed, that there is a run to look at."""
    after_commit(TRAIN if run.kind in HEAVY else WORK, run.pk)


def after_commit(task: str, row_id: int, *, expires: float | None = None) -> None:
    """Send the task once the transaction is committed. A broker that is down does no harm: the beat asks again.

    `expires`: seconds after which nobody needs it any more.
    """
    transaction.on_commit(partial(current_app.send_task, task, args=[row_id], expires=expires), robust=True)
