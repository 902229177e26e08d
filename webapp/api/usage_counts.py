"""What each key asked since somebody last took it from here; any number of threads count."""

from __future__ import annotations

import threading
import time

from annotation.actions.client_usage import LAST_USED, Use

# So long this process waits before it says again that a client was heard.
TOLD_SECONDS = LAST_USED.total_seconds()
# By client and hour of the epoch.
Used = dict[tuple[int, int], Use]


class Counts:
    def __init__(self) -> None:
        self._used: Used = {}
        self._heard: dict[int, float] = {}
        self._told: dict[int, float] = {}
        self._lock = threading.Lock()

    def count(self, client: int, status: int, documents: int = 0, characters: int = 0) -> None:
        """A request that was answered with `status`."""
        now = time.time()
        key = (client, int(now // 3600))
        with self._lock:
            use = self._used.get(key)
            if use is None:
                use = self._used[key] = Use()
            use.requests += 1
            use.documents += documents
            use.characters += characters
            if status >= 500:
                use.failed += 1
            elif status >= 400:
                use.refused += 1
            self._heard[client] = now

    def take(self) -> tuple[Used, dict[int, float]]:
        """All that was counted, which is forgotten here; and when those were heard whose last use is to be told."""
        with self._lock:
            used, self._used = self._used, {}
            return used, {pk: at for pk, at in self._heard.items() if at >= self._told.get(pk, 0.0) + TOLD_SECONDS}

    def told(self, heard: dict[int, float]) -> None:
        self._told |= heard

    def put_back(self, used: Used) -> None:
        """What could not be written is counted on."""
        with self._lock:
            for key, use in used.items():
                self._used.setdefault(key, Use()).add(use)

    def of(self, client: int) -> Use:
        """The sum of what waits here."""
        whole = Use()
        with self._lock:
            for (pk, _), use in self._used.items():
                if pk == client:
                    whole.add(use)
        return whole

    def requests(self) -> int:
        return sum(use.requests for use in self._used.values())
