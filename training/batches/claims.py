"""Which worker has which chunk. A chunk is claimed, kept and given back by guarded updates of its row."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from training.batches.chunk_lease import ChunkLease
from training.lease import LeaseLost
from training.models import Batch, BatchChunk

LOST_AFTER = timedelta(seconds=30)
# A chunk that ends this many workers fails its batch: more would go the same way.
MOST_LOST = 5


def claim() -> BatchChunk | None:
    """The next chunk that waits, now this worker's, of the batch with the fewest workers; None when nothing waits."""
    running = Count("chunks", filter=Q(chunks__status=BatchChunk.Status.RUNNING))
    batches = Batch.objects.unfinished().alias(workers=running).order_by("workers", "pk")
    for pk in batches.values_list("pk", flat=True):
        chunk = _claim_of(pk)
        if chunk is not None:
            return chunk
    return None


@transaction.atomic
def _claim_of(batch_id: int) -> BatchChunk | None:
    waiting = BatchChunk.objects.filter(batch=batch_id, status=BatchChunk.Status.QUEUED)
    chunk = waiting.order_by("number").select_for_update(skip_locked=True, of=("self",)).first()
    if chunk is None:
        return None
    now = timezone.now()
    BatchChunk.objects.filter(pk=chunk.pk).update(
        status=BatchChunk.Status.RUNNING,
        attempt=F("attempt") + 1,
        worker=f"{socket.gethostname()}:{os.getpid()}"[:120],
        heartbeat_at=now,
        started_at=now,
    )
    Batch.objects.filter(pk=batch_id, status=Batch.Status.QUEUED).update(status=Batch.Status.RUNNING, started_at=now)
    return BatchChunk.objects.select_related("batch__project", "batch__model__project").get(pk=chunk.pk)


def take_back() -> int:
    """Put the chunks whose worker is lost into the queue again, or fail their batch; how many."""
    lost = BatchChunk.objects.filter(
        status=BatchChunk.Status.RUNNING, heartbeat_at__lt=timezone.now() - LOST_AFTER
    ).select_related("batch")
    return sum(_take_back(chunk) for chunk in lost)


@transaction.atomic
def _take_back(chunk: BatchChunk) -> bool:
    rows = BatchChunk.objects.filter(
        pk=chunk.pk, attempt=chunk.attempt, status=BatchChunk.Status.RUNNING, heartbeat_at=chunk.heartbeat_at
    )
    if not rows.update(status=BatchChunk.Status.QUEUED, heartbeat_at=None, lost=F("lost") + 1):
        return False
    if chunk.lost + 1 >= MOST_LOST:
        reason = f"Chunk {chunk.number} lost its worker {chunk.lost + 1} times (killed or out of memory); look at the"
        end(chunk.batch_id, Batch.Status.FAILED, error=f"{reason} worker's log, then go on with the batch.")
    return True


def end(batch_id: int, status: Batch.Status, *, error: str = "") -> bool:
    """End a batch that is not over; False when it is. Its workers notice within a second."""
    batch = Batch.objects.unfinished().filter(pk=batch_id)
    now = timezone.now()
    return bool(batch.update(status=status, error=error[:500], ended_at=now, expires_at=expiry()))


def close(chunk: BatchChunk, lease: ChunkLease, *, done: int = 0, failed: int = 0, cpu_seconds: float = 0.0) -> None:
    """The chunk is done: in the transaction that writes its results, or nothing of them stays. May raise LeaseLost.

    The chunk's row first, then the batch's, in every transaction: so no two wait for each other.
    """
    with transaction.atomic():
        lease.renew()
        now = timezone.now()
        BatchChunk.objects.filter(pk=chunk.pk).update(
            status=BatchChunk.Status.DONE, ended_at=now, done=done, failed=failed, cpu_seconds=cpu_seconds
        )
        batch = Batch.objects.filter(pk=chunk.batch_id, status=Batch.Status.RUNNING)
        if not batch.update(done=F("done") + done, failed=F("failed") + failed):
            raise LeaseLost
        # With the batch's row locked, whoever closes the last chunk sees all others closed.
        if not BatchChunk.objects.filter(batch=chunk.batch_id).exclude(status=BatchChunk.Status.DONE).exists():
            end(chunk.batch_id, Batch.Status.SUCCEEDED)


def expiry() -> datetime:
    """When what ends now goes."""
    return timezone.now() + timedelta(days=settings.BATCH_DAYS)
