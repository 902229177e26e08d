"""The log of predictions, written without holding up an answer.

What was answered is appended to this process's journal first, every text in it encrypted; a thread takes it from there
into the database, some hundred requests at a time. So a database that is away or a process that is killed loses
nothing: the journal waits, or the next process that looks takes it over. What could not even be put into the journal,
because it or the disk is full, is counted and said, never silent.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from annotation.database import AWAY
from training import journal, log_writing
from training.journal import Journal
from training.log_entries import Document, Entry, pack, unpack
from training.traffic_counts import Counts, minute_of

__all__ = ["Document", "Entry", "Log", "flush", "log", "offer"]

BATCH_BYTES = 500_000
# Between two transactions: what comes meanwhile goes into the next one. (At 0.1 a note cost 1.1 ms of processor time to
# write, at 0.5 a third of that.)
PAUSE_SECONDS = 0.5
RETRY_SECONDS = 1.0
LOOK_FOR_LEFT_BEHIND_SECONDS = 30.0

logger = logging.getLogger(__name__)


class Log:
    """One process's journal and the thread that empties it."""

    def __init__(self, folder: Path, *, most_bytes: int, thread: bool = True) -> None:
        self.folder = folder
        self._journal = journal.new(folder, most_bytes=most_bytes)
        self._wake = threading.Event()
        self._stop = threading.Event()
        # One at a time takes from the journal: the thread, or whoever flushes.
        self._writing = threading.Lock()
        # The end of the last try is not known to have been heard.
        self._careful = False
        self._lost: Counter[int] = Counter()
        self.lost = 0
        if thread:
            # Somebody may have left something behind.
            self._wake.set()
            threading.Thread(target=self._run, name="prediction-log", daemon=True).start()

    @property
    def backlog_bytes(self) -> int:
        return self._journal.waiting_bytes

    def offer(self, entry: Entry) -> bool:
        """Keep an entry: microseconds, no database. False when it could not be kept, which is counted and said."""
        if not self._journal.append(pack(entry)):
            self._lose(entry.served.deployment_id, len(entry.documents), "its journal or the disk is full")
            return False
        self._wake.set()
        return True

    def _lose(self, deployment_id: int, count: int, why: str) -> None:
        self._lost[deployment_id] += count
        self.lost += count
        logger.error("the log of predictions lost %s documents: %s", count, why)

    def write_waiting(self) -> None:
        """Write all that waits now. Raises DatabaseError when the database is away."""
        with self._writing:
            self._empty(self._journal)
            self._count_lost()

    def flush(self, timeout: float) -> bool:
        """Whether all that was offered is in the database, at the latest after `timeout` seconds."""
        ends = time.monotonic() + timeout
        while self.backlog_bytes:
            if time.monotonic() > ends:
                return False
            self._wake.set()
            time.sleep(0.01)
        return True

    def stop(self, timeout: float) -> bool:
        """Write what waits and end; False when something is left in the journal, for the next process."""
        whole = self.flush(timeout)
        self._stop.set()
        self._wake.set()
        return whole

    # The writing thread ---------------------------------------------------------------------------------------------
    def _run(self) -> None:
        look_at = 0.0
        while not self._stop.is_set():
            self._wake.wait(LOOK_FOR_LEFT_BEHIND_SECONDS)
            self._wake.clear()
            try:
                self.write_waiting()
                if time.monotonic() > look_at:
                    self.take_over()
                    look_at = time.monotonic() + LOOK_FOR_LEFT_BEHIND_SECONDS
                self._stop.wait(PAUSE_SECONDS)
            except AWAY as error:
                logger.warning("the log of predictions waits for the database: %s", type(error).__name__)
                connection.close()
                self._later()
            except Exception as error:
                # Whatever it is: a thread that ends here would let the journal grow unnoticed.
                logger.error("writing the log of predictions failed: %s", type(error).__name__, exc_info=error)
                self._later()
        connection.close()

    def _later(self) -> None:
        self._careful = True
        self._wake.set()
        self._stop.wait(RETRY_SECONDS)

    def take_over(self) -> None:
        """Write what processes that are gone left behind."""
        with self._writing:
            for left in journal.left_behind(self.folder):
                self._careful = True
                self._empty(left)
                left.remove()

    def _empty(self, source: Journal) -> None:
        while True:
            records, position = source.take(BATCH_BYTES)
            if not records:
                return
            try:
                log_writing.write([unpack(record) for record in records], careful=self._careful)
            except AWAY:
                raise
            except (DatabaseError, ValueError, KeyError):
                self._one_by_one(records)
            source.confirm(position)
            self._careful = False

    def _one_by_one(self, records: Sequence[bytes]) -> None:
        """One of them can't be written: only that one is lost, and said."""
        for record in records:
            try:
                log_writing.write([unpack(record)], careful=True)
            except AWAY:
                raise
            except (DatabaseError, ValueError, KeyError) as error:
                row = unpack(record)
                logger.error("an entry can't be written", exc_info=error)
                self._lose(row["by"][1], len(row["documents"]), f"the database refused them ({type(error).__name__})")

    def _count_lost(self) -> None:
        if self._lost:
            minute = minute_of(timezone.now())
            lost, self._lost = self._lost, Counter()
            log_writing.add_minutes({(pk, minute): Counts(lost=count) for pk, count in lost.items()})


_logs: dict[int, Log] = {}
_lock = threading.Lock()


def log() -> Log:
    """This process's log, opened at the first call. Threads don't survive a fork, so each process has its own."""
    pid = os.getpid()
    if pid not in _logs:
        with _lock:
            if pid not in _logs:
                _logs.clear()
                _logs[pid] = Log(Path(settings.DATA_DIR) / "journal", most_bytes=settings.JOURNAL_MEGABYTES * 1_000_000)
    return _logs[pid]


def offer(entry: Entry) -> bool:
    """As :meth:`Log.offer`."""
    return log().offer(entry)


def flush(timeout: float) -> bool:
    """As :meth:`Log.flush`."""
    return log().flush(timeout)
