"""Which windows of a champion are over and not measured: each one once, also after days without a clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.models import Window
from monitoring.policy import Values
from training.models import Deployment

# In one go; the rest follows at the next look.
MOST = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` until before `end`."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, window: Window) -> Stretch:
        return cls(window.starts_at, window.ends_at)


def due(champion: Deployment, values: Values, now: datetime) -> Iterator[Stretch]:
    """The oldest first. Nothing when the clock was turned back."""
    last = Window.objects.filter(model=champion.model).first()
    start = max(last.ends_at, champion.started_at) if last else champion.started_at
    for _ in range(MOST):
        end = start + timedelta(days=values.window_days)
        if end > now:
            return
        yield Stretch(start, end)
        start = end
