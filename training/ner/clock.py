"""Progress of work that is no loop of updates: a step of a total, said about three times a second."""

from __future__ import annotations

import time

from training.ner.documents import Progress, Report


class Clock:
    """Reports `step` of `total` whenever it is ticked, but not more often than the reader can use."""

    def __init__(self, report: Report, stage: str, total: int) -> None:
        self.report, self.stage, self.total, self.step = report, stage, total, 0
        self.told = 0.0
        self.dev_f1: float | None = None
        self.history: list[Progress] = []

    def tick(self) -> None:
        """Another thing was done, or time has passed."""
        now = time.monotonic()
        if now - self.told >= 0.3:
            self.told = now
            self.say()

    def advance(self) -> None:
        """One of `total` is done."""
        self.step = min(self.total, self.step + 1)
        self.tick()

    def at(self, share: float) -> None:
        """A `share` of the total, in [0, 1], is done."""
        self.step = max(self.step, int(share * self.total))
        self.tick()

    def finish(self, dev_f1: float | None = None) -> None:
        """All is done, with this F1 on the dev documents; kept in the history."""
        self.step, self.dev_f1 = self.total, dev_f1
        self.history.append(self.say())

    def say(self) -> Progress:
        progress = Progress(self.step, self.total, 0.0, self.dev_f1, 0.0, self.stage)
        self.report(progress)
        return progress
