"""What came in since somebody last took it from here, by project, origin and hour; any number of threads count."""

from __future__ import annotations

import threading
import time

from annotation.intake_counts import Came

# By project, origin and hour of the epoch.
Waiting = dict[tuple[int, str, int], Came]


class IntakeCounts:
    def __init__(self) -> None:
        self._waiting: Waiting = {}
        self._lock = threading.Lock()

    def count(self, project: int, origin: str, came: Came) -> None:
        """The documents of a request."""
        self._add((project, origin, int(time.time() // 3600)), came)

    def take(self) -> Waiting:
        """All that was counted, which is forgotten here."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
            return waiting

    def put_back(self, waiting: Waiting) -> None:
        """What could not be written is counted on."""
        for key, came in waiting.items():
            self._add(key, came)

    def documents(self) -> int:
        with self._lock:
            return sum(came.documents for came in self._waiting.values())

    def _add(self, key: tuple[int, str, int], came: Came) -> None:
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is None:
                waiting = self._waiting[key] = Came()
            waiting.add(came)
