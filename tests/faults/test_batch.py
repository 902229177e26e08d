"""Kill -9 of batch workers in the middle of a batch: each row exactly once."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from annotation.models import Note, Project
from annotation.synthetic import generate
from tests.conftest import Cast
from tests.faults.processes import eventually
from tests.stack import Stack, kill_group
from tests.training.batches import jsonl, send
from training.batches import upkeep
from training.batches.results import told
from training.models import Batch, BatchChunk, Deployment, Prediction

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROWS = [{"id": f"k{number}", "text": note.text} for number, note in enumerate(generate(4000, seed=13))]


def test_killed_workers_leave_each_row_exactly_once(
    project: Project, cast: Cast, champion: Deployment, stack: Stack
) -> None:
    batch = send(project, cast.lead, jsonl(ROWS))
    first = stack.worker("batch")
    running = batch.chunks.filter(status=BatchChunk.Status.RUNNING, number__gt=1)
    assert eventually(running.exists, 60), stack.log("worker")
    (child,) = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
    os.kill(int(child), signal.SIGKILL)  # its parent starts another
    assert eventually(running.filter(number__gt=3).exists, 60), stack.log("worker")
    kill_group(first)
    stack.worker("batch")
    # Not to wait half a minute.
    held = BatchChunk.objects.filter(batch=batch, status=BatchChunk.Status.RUNNING)
    held.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    upkeep.look_after()
    over = Batch.objects.filter(pk=batch.pk, status=Batch.Status.SUCCEEDED)
    assert eventually(over.exists, 120), stack.log("worker")
    batch.refresh_from_db()
    assert [(row.row, row.external_id) for row in told(batch)] == [(n + 1, row["id"]) for n, row in enumerate(ROWS)]
    assert Note.objects.filter(external_id__in=[row["id"] for row in ROWS]).count() == len(ROWS)
    assert Prediction.objects.filter(request_id=batch.uid).values("note").distinct().count() == len(ROWS)
    assert Prediction.objects.filter(request_id=batch.uid).count() == len(ROWS)
    assert batch.chunks.filter(lost__gt=0).exists()
