"""What each key asked, counted in memory and added to the database every few seconds, never by a request.

A process that is told to stop adds what it counted first; one that is killed loses the counts of its last seconds.
"""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime

from django.db import DatabaseError, connection

from annotation.actions import client_usage, intake_hours
from annotation.database import AWAY
from webapp.api.intake_counts import IntakeCounts
from webapp.api.usage_counts import Counts

PAUSE_SECONDS = 3.0

logger = logging.getLogger(__name__)


class Counter(Counts):
    """The counts of one process, and the thread that writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.intake = IntakeCounts()
        # One at a time writes: the thread, or whoever ends it.
        self._writing = threading.Lock()
        self._stop = threading.Event()

    def flush(self) -> None:
        """Add what was counted to the database. Raises DatabaseError when it is away; the counts stay then."""
        with self._writing:
            self._flush_usage()
            self._flush_intake()

    def _flush_usage(self) -> None:
        used, heard = self.take()
        if not used and not heard:
            return
        hours = {(pk, _time(hour * 3600)): use for (pk, hour), use in used.items()}
        try:
            client_usage.add(hours, {pk: _time(at) for pk, at in heard.items()})
        except AWAY:
            self.put_back(used)
            raise
        self.told(heard)

    def _flush_intake(self) -> None:
        came = self.intake.take()
        if not came:
            return
        try:
            intake_hours.add({(pk, origin, _time(hour * 3600)): one for (pk, origin, hour), one in came.items()})
        except AWAY:
            self.intake.put_back(came)
            raise

    def start(self) -> None:
        threading.Thread(target=self._run, name="client-usage", daemon=True).start()

    def stop(self) -> None:
        """Add the rest and end. What can't be added then is lost, and said."""
        self._stop.set()
        self._try()
        if lost := self.requests():
            logger.error("the usage of %s requests is lost: the database could not be reached", lost)
        if lost := self.intake.documents():
            logger.error("the fields of %s documents are not counted: the database could not be reached", lost)

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


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_counters: dict[int, Counter] = {}


def counter() -> Counter:
    """This process's. Nothing is written until it is started, as the web server does."""
    pid = os.getpid()
    return _counters.get(pid) or _counters.setdefault(pid, Counter())
