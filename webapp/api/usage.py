"""What each key asked, counted in memory and added to the database every few seconds, never by a request.

A process that is told to stop adds what it counted first; one that is killed loses the counts of its last seconds.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from annotation.actions import client_usage
from annotation.actions.client_usage import Use

PAUSE_SECONDS = 3.0
# How long one process waits before it says again that a client was heard.
TOLD_SECONDS = client_usage.LAST_USED.total_seconds()
AWAY = (OperationalError, InterfaceError)
Key = tuple[int, int]

logger = logging.getLogger(__name__)


class Counter:
    """The counts of one process by client and hour of the epoch."""

    def __init__(self) -> None:
        self._counts: dict[Key, Use] = {}
        self._heard: dict[int, float] = {}
        self._told: dict[int, float] = {}
        self._lock = threading.Lock()
        # One at a time writes: the thread, or whoever ends it.
        self._writing = threading.Lock()
        self._stop = threading.Event()

    def count(self, client: int, status: int, documents: int = 0, characters: int = 0) -> None:
        """A request that was answered with `status`."""
        now = time.time()
        key = (client, int(now // 3600))
        with self._lock:
            use = self._counts.get(key)
            if use is None:
                use = self._counts[key] = Use()
            use.requests += 1
            use.documents += documents
            use.characters += characters
            if status >= 500:
                use.failed += 1
            elif status >= 400:
                use.refused += 1
            self._heard[client] = now

    def flush(self) -> None:
        """Add what was counted to the database. Raises DatabaseError when it is away; the counts stay then."""
        with self._writing:
            with self._lock:
                counts, self._counts = self._counts, {}
                due = {pk: at for pk, at in self._heard.items() if at >= self._told.get(pk, 0.0) + TOLD_SECONDS}
            if not counts and not due:
                return
            used = {(pk, datetime.fromtimestamp(hour * 3600, UTC)): use for (pk, hour), use in counts.items()}
            try:
                client_usage.add(used, {pk: datetime.fromtimestamp(at, UTC) for pk, at in due.items()})
            except AWAY:
                self._put_back(counts)
                raise
            self._told |= due

    def _put_back(self, counts: dict[Key, Use]) -> None:
        with self._lock:
            for key, use in counts.items():
                self._counts.setdefault(key, Use()).add(use)

    def start(self) -> None:
        threading.Thread(target=self._run, name="client-usage", daemon=True).start()

    def stop(self) -> None:
        """Add the rest and end. What can't be added then is lost, and said."""
        self._stop.set()
        self._try()
        if lost := sum(use.requests for use in self._counts.values()):
            logger.error("the usage of %s requests is lost: the database could not be reached", lost)

    def _run(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            self._try()
        connection.close()

    def _try(self) -> None:
        try:
            self.flush()
        except AWAY as error:
            logger.warning("usage waits for the database: %s", type(error).__name__)
            connection.close()
        except DatabaseError as error:
            # What the database refuses now it would refuse for ever.
            logger.error("counts of usage were refused and are lost", exc_info=error)


_counters: dict[int, Counter] = {}


def counter() -> Counter:
    """This process's. Nothing is written until it is started, as the web server does."""
    pid = os.getpid()
    found = _counters.get(pid)
    if found is None:
        found = _counters.setdefault(pid, Counter())
    return found
