"""Batches whose time is over: their texts and results go, their row and its counts stay."""

from __future__ import annotations

import shutil
import time

from django.utils import timezone

from training.batches.vault import root
from training.leftovers import SPARED_SECONDS
from training.models import Batch, BatchChunk, BatchResult


def expire() -> int:
    """Remove what is due and what no batch owns; how many batches expired."""
    due = Batch.objects.filter(wrapped_key__isnull=False, expires_at__lt=timezone.now()).exclude(ended_at=None)
    expired = sum(_expire(batch) for batch in due)
    _sweep()
    return expired


def _expire(batch: Batch) -> bool:
    # The key first: whatever happens then, the texts are gone.
    if not Batch.objects.filter(pk=batch.pk, wrapped_key__isnull=False).update(wrapped_key=None):
        return False
    BatchResult.objects.filter(batch=batch).delete()
    BatchChunk.objects.filter(batch=batch).delete()
    return True


def _sweep() -> None:
    """Folders without a batch that has its key: expired, or of a request that ended before it wrote its row."""
    if not root().is_dir():
        return
    kept = {str(uid) for uid in Batch.objects.filter(wrapped_key__isnull=False).values_list("uid", flat=True)}
    for path in root().iterdir():
        if path.name not in kept and time.time() - path.stat().st_mtime > SPARED_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
