"""What tests of batches begin with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from annotation.models import Project, User
from training.actions import batches
from training.batches import working
from training.batches.upload import receive
from training.models import Batch


def jsonl(rows: Iterable[Mapping[str, Any] | str]) -> bytes:
    """A line for each row; a string is a line as it stands."""
    return b"".join((row if isinstance(row, str) else json.dumps(row)).encode() + b"\n" for row in rows)


def send(project: Project, by: User, body: bytes, *, file_format: str = "jsonl", **options: Any) -> Batch:
    upload = receive([body], most_bytes=10**8)
    return batches.start(project=project, upload=upload, file_format=file_format, by=by, **options)


def finish(batch: Batch) -> Batch:
    """What a worker does."""
    working.work(batch.pk)
    batch.refresh_from_db()
    return batch
