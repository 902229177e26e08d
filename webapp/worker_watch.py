"""Whether background work is done: what stays due tells that no worker is there. Asked by pages, cheap enough for each.

The notes' index is due with every change and is brought up to date within seconds, oldest first. One and the same row
that is still the oldest after a minute means that nobody works.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from annotation.models import IndexDue

LOOK_EVERY = 10.0
PATIENCE = 60.0


def oldest_due() -> int | None:
    return IndexDue.objects.order_by("pk").values_list("pk", flat=True).first()


class Watch:
    """Remembers, in this process, since when the oldest work waits."""

    def __init__(
        self, oldest: Callable[[], int | None] = oldest_due, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.oldest, self.now = oldest, now
        self.waiting: int | None = None
        self.since = self.looked = float("-inf")

    def is_down(self) -> bool:
        now = self.now()
        if now - self.looked >= LOOK_EVERY:
            self.looked = now
            oldest = self.oldest()
            if oldest is None or oldest != self.waiting:
                self.waiting, self.since = oldest, now
        return self.waiting is not None and self.looked - self.since >= PATIENCE


watch = Watch()
