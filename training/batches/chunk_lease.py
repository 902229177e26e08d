"""The lease of a chunk: who works on it proves that it is alive, and learns when the batch is over."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from django.utils import timezone

from training.lease import LeaseLost
from training.models import Batch, BatchChunk

LOOK_SECONDS = 1.0


@dataclass(slots=True)
class ChunkLease:
    """A chunk is this worker's while its attempt is and its batch goes on."""

    chunk_id: int
    attempt: int
    _looked: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        return f"chunk-{self.chunk_id}"

    def renew(self) -> None:
        """Push the heartbeat forward, or raise LeaseLost."""
        mine = BatchChunk.objects.filter(pk=self.chunk_id, attempt=self.attempt, status=BatchChunk.Status.RUNNING)
        if not mine.filter(batch__status=Batch.Status.RUNNING).update(heartbeat_at=timezone.now()):
            raise LeaseLost

    def look(self) -> None:
        """As :meth:`renew`, but not more often than every second."""
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self.renew()
            self._looked = time.monotonic()
