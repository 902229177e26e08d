"""A worker at batches: chunk after chunk, whichever waits, until none does or it is time to look at other work."""

from __future__ import annotations

import logging
import socket
import time

from django.db import connection

from annotation.crypto import KeyringError
from annotation.database import AWAY
from annotation.errors import ActionError
from training import ner
from training.artefacts import nlp_of
from training.batches import chunk_files, claims, reading, writing
from training.batches.chunk_lease import ChunkLease
from training.batches.finding import find
from training.batches.vault import Vault
from training.lease import Heartbeat, LeaseLost
from training.models import Batch, BatchChunk
from training.nudges import BATCH, after_commit

# So that a worker that shall stop is soon done; a message to itself goes on.
TURN_SECONDS = 30.0

logger = logging.getLogger(__name__)


def work(batch_id: int) -> int:
    """Do the chunks that wait, of any batch; how many. `batch_id` only says which batch the message was about."""
    until, chunks = time.monotonic() + TURN_SECONDS, 0
    while time.monotonic() < until:
        chunk = claims.claim()
        if chunk is None:
            return chunks
        carry_out(chunk)
        chunks += 1
    after_commit(BATCH, batch_id)
    return chunks


def carry_out(chunk: BatchChunk) -> None:
    """Do a chunk that was claimed. Never raises what the work raised: the batch's row has it."""
    lease = ChunkLease(chunk.pk, chunk.attempt)
    try:
        with Heartbeat(lease):
            _do(chunk, lease)
    except LeaseLost:
        logger.info("%s attempt %s was stopped", chunk, chunk.attempt)
    except AWAY as error:
        # Nothing can be written down now; without a heartbeat the chunk goes to another worker.
        logger.warning("%s lost the database: %s", chunk, type(error).__name__)
        connection.close()
    except (ActionError, ner.ArtefactError, KeyringError) as error:
        _fail(chunk, str(error), error)
    except OSError as error:
        _fail(chunk, f"{error.strerror or type(error).__name__}; look at the disk, then go on with the batch.", error)
    except Exception as error:
        # The message of an unforeseen error may quote what it was working on: a note.
        _fail(chunk, f"{type(error).__name__}; see the worker's log, then go on with the batch or report it.", error)


def _do(chunk: BatchChunk, lease: ChunkLease) -> None:
    vault = Vault(chunk.batch.uid, chunk.batch.sealed)
    if not chunk.number:
        reading.read(chunk, lease, vault)
        return
    began = time.process_time()
    nlp = nlp_of(chunk.batch.model)
    rows = chunk_files.read(vault, chunk.number)
    found = find(nlp, [row.text for row in rows], look=lease.look)
    answered = writing.answered(chunk.batch, rows, found)
    writing.write(chunk, lease, answered, cpu_seconds=time.process_time() - began)


def _fail(chunk: BatchChunk, reason: str, error: Exception) -> None:
    logger.error("%s failed on %s: %s", chunk, socket.gethostname(), type(error).__name__, exc_info=error)
    where = f"Chunk {chunk.number} on {socket.gethostname()}: " if chunk.number else ""
    claims.end(chunk.batch_id, Batch.Status.FAILED, error=where + reason)
