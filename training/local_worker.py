"""A worker for a command that waits for a run when no worker is about, as with a stopped product."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app

QUEUE = "training"
PR_SET_PDEATHSIG = 1


def somebody_listens(timeout: float = 1.0) -> bool:
    """Whether a running worker takes work from the training queue."""
    answers = current_app.control.inspect(timeout=timeout).active_queues() or {}
    return any(queue["name"] == QUEUE for queues in answers.values() for queue in queues)


@contextmanager
def ensured() -> Iterator[bool]:
    """A worker for the training queue while the block runs; yields whether it had to be started."""
    if somebody_listens():
        yield False
        return
    # Its lines go to standard error: standard output is the command's answer.
    command = [sys.executable, "-m", "celery", "-A", "webapp", "worker", "-Q", QUEUE, "-c", "1", "-l", "WARNING"]
    worker = subprocess.Popen(command, stdout=sys.stderr, preexec_fn=_die_with_parent)  # noqa: S603, PLW1509
    try:
        yield True
    finally:
        worker.terminate()
        worker.wait()


def _die_with_parent() -> None:
    # Even a command that is killed outright leaves no worker behind (Linux).
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
