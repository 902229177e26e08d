"""What a key asked over time, hour by hour or day by day, with gaps filled: a table, its sums and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from annotation.actions.client_usage import COLUMNS, Use
from annotation.models import Client, ClientUsage
from monitoring import charts

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """So many `steps` back from now, each an hour or a day (UTC)."""

    name: str
    step: timedelta
    steps: int

    def places(self, now: datetime) -> list[datetime]:
        """The beginnings, the oldest first; the last one runs."""
        last = now.replace(minute=0, second=0, microsecond=0)
        if self.step == DAY:
            last = last.replace(hour=0)
        return [last - self.step * back for back in reversed(range(self.steps))]


WINDOWS = {"24h": Window("Last 24 hours", HOUR, 24), "30d": Window("Last 30 days", DAY, 30)}


@dataclass(frozen=True, slots=True)
class Row:
    at: datetime
    use: Use

    @property
    def answered(self) -> int:
        """Neither refused nor failed."""
        return self.use.requests - self.use.refused - self.use.failed


def rows(client: Client, window: Window, now: datetime) -> list[Row]:
    """One for each step, zeros where nothing was asked. One query."""
    places = window.places(now)
    found: dict[datetime, Use] = {place: Use() for place in places}
    for hour in ClientUsage.objects.filter(client=client, hour__gte=places[0]):
        place = hour.hour if window.step == HOUR else hour.hour.replace(hour=0)
        # An hour of a clock that goes before ours is not there yet.
        if place in found:
            found[place].add(Use(*(getattr(hour, name) for name in COLUMNS)))
    return [Row(at, use) for at, use in found.items()]


def total(found: Sequence[Row]) -> Use:
    whole = Use()
    for row in found:
        whole.add(row.use)
    return whole


def figures(found: Sequence[Row], window: Window) -> list[tuple[str, str, charts.Figure]]:
    """Id, words and figure: what became of the requests, and the documents in them."""
    at = [f"{row.at:%Y-%m-%d %H:%M}" for row in found]
    requests = {
        "answered": [row.answered for row in found],
        "failed (5xx)": [row.use.failed for row in found],
        "refused (4xx)": [row.use.refused for row in found],
    }
    documents = {"documents": [row.use.documents for row in found]}
    drawn = [
        ("requests", "Requests", charts.stacked(at, requests, unit="requests")),
        ("documents", "Documents", charts.stacked(at, documents, unit="documents")),
    ]
    if window.step == HOUR:
        for *_, figure in drawn:
            figure["layout"]["xaxis"] |= {"tickformat": "%H:%M\n%-d %b", "hoverformat": "%-d %b %Y, %H:%M"}
    return drawn
