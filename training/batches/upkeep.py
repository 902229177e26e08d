"""What the clock does for batches: chunks of lost workers wait again, workers hear of what waits, old ones expire."""

from __future__ import annotations

from training.batches.claims import take_back
from training.batches.expiring import expire
from training.models import Batch, BatchChunk
from training.nudges import BATCH, after_commit

TOLD_SECONDS = 10.0
# Workers that are told at a time; each goes on as long as something waits.
MOST_TOLD = 16


def look_after() -> None:
    take_back()
    expire()
    waiting = BatchChunk.objects.filter(
        status=BatchChunk.Status.QUEUED, batch__status__in=(Batch.Status.QUEUED, Batch.Status.RUNNING)
    )
    for batch_id in waiting.order_by("batch", "number").values_list("batch_id", flat=True)[:MOST_TOLD]:
        after_commit(BATCH, batch_id, expires=TOLD_SECONDS)
