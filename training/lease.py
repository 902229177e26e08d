"""The lease of a run: who works on it proves that it is alive, and learns when the run is no longer its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, TypeVar

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from annotation.database import AWAY
from training.models import Run

HEARTBEAT_SECONDS = 5.0
PATIENCE_SECONDS = 30.0
T = TypeVar("T")


class LeaseLost(Exception):  # noqa: N818 - not an error: somebody cancelled the run, or the reaper took it back
    """The run is not this worker's any more; whatever it does now must leave no trace."""


class Renewable(Protocol):
    """A lease of anything."""

    @property
    def name(self) -> str: ...

    def renew(self) -> None:
        """Push the heartbeat forward, or raise LeaseLost."""


@dataclass(frozen=True, slots=True)
class Lease:
    run_id: int
    attempt: int

    @property
    def name(self) -> str:
        return str(self.run_id)

    def renew(self) -> None:
        """Push the heartbeat forward, or raise LeaseLost."""
        rows = Run.objects.filter(pk=self.run_id, attempt=self.attempt, status=Run.Status.RUNNING)
        if not rows.update(heartbeat_at=timezone.now()):
            raise LeaseLost


class Heartbeat:
    """Renews the lease from a thread of its own while the work goes on."""

    def __init__(self, lease: Renewable) -> None:
        self._lease = lease
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{lease.name}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(HEARTBEAT_SECONDS):
                try:
                    self._lease.renew()
                except (DatabaseError, InterfaceError):
                    # The database may be restarting: the next beat tries a new connection.
                    connection.close()
        except LeaseLost:
            # The work itself finds out at its next progress report.
            return
        finally:
            connection.close()


def patiently(write: Callable[[], T]) -> T:
    """Do a short write, again if need be: a database that restarts must not cost an hour of training."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return write()
        except AWAY:
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
