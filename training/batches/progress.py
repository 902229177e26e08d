"""How far a batch is, how fast it goes, and when it will be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from training.models import Batch, BatchChunk

WINDOW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Progress:
    """``share`` 0 to 1 and ``seconds_left`` are None until the whole upload is read; the rate until a chunk is done.

    ``rows_per_second`` is that of the last minute, of a batch that is over that of all its time.
    """

    share: float | None
    rows_per_second: float | None
    seconds_left: float | None


def progress(batch: Batch) -> Progress:
    is_read = batch.is_over or batch.chunks.filter(number=0, status=BatchChunk.Status.DONE).exists()
    rate = _rate(batch)
    if not is_read:
        return Progress(None, rate, None)
    left = batch.rows - batch.settled
    seconds = None if batch.is_over or not rate else left / rate
    return Progress(batch.settled / batch.rows if batch.rows else 0.0, rate, seconds)


def _rate(batch: Batch) -> float | None:
    if batch.started_at is None:
        return None
    if batch.ended_at is not None:
        seconds = (batch.ended_at - batch.started_at).total_seconds()
        return (batch.done + batch.failed) / seconds if seconds > 0 else None
    now = timezone.now()
    since = max(batch.started_at, now - WINDOW)
    done = batch.chunks.filter(status=BatchChunk.Status.DONE, ended_at__gt=since)
    rows = done.aggregate(rows=Sum("done") + Sum("failed"))["rows"]
    return rows / (now - since).total_seconds() if rows else None
