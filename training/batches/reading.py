"""The upload becomes chunks: good rows into encrypted files, bad ones into quarantine with their reason."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils import timezone

from annotation.actions import copying, intake_hours
from annotation.errors import ActionError
from annotation.formats.records import FormatError
from annotation.models import IntakeHour
from training.batches import chunk_files, claims, upload
from training.batches.chunk_lease import ChunkLease
from training.batches.pieces import Piece, pieces_of
from training.batches.rows import rows_of
from training.batches.vault import Vault
from training.models import Batch, BatchChunk
from training.nudges import BATCH, after_commit

# So many messages tell workers of new chunks; afterwards they find them by themselves.
MOST_NUDGES = 32


def read(chunk: BatchChunk, lease: ChunkLease, vault: Vault) -> None:
    """Cut the whole upload. What an attempt that was lost had cut already stands."""
    batch = chunk.batch
    made = batch.chunks.exclude(number=0).aggregate(number=Max("number"), rows=Sum("rows"))
    number, known = made["number"] or 0, made["rows"] or 0
    try:
        with upload.opened(vault) as file:
            for piece in pieces_of(batch, rows_of(file, batch.format), known):
                number += 1
                chunk_files.write(vault, number, piece.good)
                _keep(batch, lease, piece, number)
    except FormatError as error:
        raise ActionError(str(error)) from error
    if not number:
        raise ActionError("The upload has no row; send at least one note.")
    claims.close(chunk, lease)
    vault.remove(*vault.names(upload.BEGINNING))


@transaction.atomic
def _keep(batch: Batch, lease: ChunkLease, piece: Piece, number: int) -> None:
    lease.renew()
    chunk = BatchChunk.objects.create(batch=batch, number=number, first_row=piece.first, rows=piece.rows)
    copying.insert_keyed(piece.bad)
    Batch.objects.filter(pk=batch.pk).update(rows=F("rows") + piece.rows, quarantined=F("quarantined") + len(piece.bad))
    hour = intake_hours.hour_of(timezone.now())
    intake_hours.add({(batch.project_id, IntakeHour.Origin.BATCH, hour): piece.came})
    if chunk.number <= MOST_NUDGES:
        after_commit(BATCH, batch.pk)
