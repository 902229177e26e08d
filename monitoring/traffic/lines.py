"""Traffic minute by minute as a drawing made on the server, with the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.traffic.words import figure
from training.minutes import counts_of, minutes_since
from training.models import Deployment
from training.traffic_alarms import quantile
from training.traffic_counts import Counts, minute_of

MINUTES = 30
# The drawing is 1000 wide and 100 high, and stretched to its place.
WIDE, HIGH = 1000, 100
Value = Callable[[Counts], float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """A deployment's line: ``role`` tells it apart, ``paths`` are its unbroken parts as SVG paths."""

    role: str
    name: str
    paths: list[str]


@dataclass(frozen=True, slots=True)
class Chart:
    """``top`` is the value at the upper edge; ``rows`` the same figures: a time and a value for each name."""

    key: str
    title: str
    says: str
    top: str
    first: datetime
    last: datetime
    lines: list[Line]
    rows: list[tuple[datetime, list[str]]]

    @property
    def names(self) -> list[str]:
        return [line.name for line in self.lines]


def charts(deployments: Sequence[Deployment], now: datetime) -> list[Chart]:
    """Requests a minute and the time of the slower ones over the last half hour; none without traffic."""
    # The minute that runs is not whole yet.
    last = minute_of(now) - timedelta(minutes=1)
    minutes = [last - timedelta(minutes=back) for back in reversed(range(MINUTES))]
    found = {(row.deployment_id, row.minute): counts_of(row) for row in minutes_since(_ids(deployments), minutes[0])}
    if not found:
        return []
    known = _Known(deployments, minutes, found)
    return [
        known.chart("requests", "Requests a minute", lambda counts: float(counts.asked), nothing=0.0),
        known.chart("p95", "p95, milliseconds", lambda counts: quantile(counts.latencies, 0.95), nothing=None),
    ]


def _ids(deployments: Sequence[Deployment]) -> list[int]:
    return [row.pk for row in deployments]


@dataclass(frozen=True, slots=True)
class _Known:
    deployments: Sequence[Deployment]
    minutes: list[datetime]
    found: dict[tuple[int, datetime], Counts]

    def chart(self, key: str, title: str, value: Value, *, nothing: float | None) -> Chart:
        values = {
            row.pk: [self._at(row, minute, value, nothing) for minute in self.minutes] for row in self.deployments
        }
        top = max((one for series in values.values() for one in series if one is not None), default=0.0) or 1.0
        lines = [Line(row.role, name_of(row), _paths(values[row.pk], top)) for row in self.deployments]
        rows = [
            (minute, [_told(key, values[row.pk][place]) for row in self.deployments])
            for place, minute in enumerate(self.minutes)
        ]
        says = _says(title, self.deployments, values)
        return Chart(key, title, says, f"{top:,.0f}", self.minutes[0], self.minutes[-1], lines, rows[::-1])

    def _at(self, row: Deployment, minute: datetime, value: Value, nothing: float | None) -> float | None:
        if minute + timedelta(minutes=1) <= row.started_at:
            return None
        counts = self.found.get((row.pk, minute))
        return value(counts) if counts else nothing


def name_of(row: Deployment) -> str:
    return f"{row.get_role_display()}, version {row.model.number}"


def _told(key: str, value: float | None) -> str:
    return figure("latency", value) if key == "p95" else "–" if value is None else f"{value:,.0f}"


def _paths(values: Sequence[float | None], top: float) -> list[str]:
    parts: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            parts.append([])
        else:
            parts[-1].append(f"{WIDE * place / (MINUTES - 1):.0f},{HIGH - HIGH * value / top:.1f}")
    # A single minute between two gaps is a short stroke.
    return [f"M{' L'.join(part)}" if len(part) > 1 else f"M{part[0]} h-8" for part in parts if part]


def _says(title: str, deployments: Sequence[Deployment], values: dict[int, list[float | None]]) -> str:
    told = []
    for row in deployments:
        known = [value for value in values[row.pk] if value is not None]
        if known:
            told.append(f"{name_of(row).lower()} from {min(known):,.0f} to {max(known):,.0f}, last {known[-1]:,.0f}")
    return f"{title} in the last {MINUTES} minutes: {'; '.join(told) or 'nothing'}."
