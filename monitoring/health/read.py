"""What the page reads: the newest windows and their measurements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from annotation.models import Project
from monitoring.actions import policies
from monitoring.health.against import CHOICES as REFERENCES
from monitoring.health.against import HEALTHY, Against
from monitoring.models import Measurement, Window
from monitoring.policy import Values
from training.models import Deployment

# Half a year of weeks, a year, two.
CHOICES = (26, 52, 104)


@dataclass(frozen=True)
class Health:
    """The newest windows of a project, of whichever champion, the oldest first; `most`: so many; `against`: what their
    drift is shown from."""

    project: Project
    most: int = CHOICES[0]
    against: Against = HEALTHY
    choices: ClassVar[tuple[int, ...]] = CHOICES

    @cached_property
    def windows(self) -> list[Window]:
        rows = Window.objects.filter(project=self.project).select_related("model").order_by("-starts_at")
        return list(rows[: self.most])[::-1]

    def newest_of(self, champion: Deployment | None) -> Window | None:
        """The newest window since this champion went into service."""
        if champion is None:
            return None
        own = (w for w in self.windows if w.model_id == champion.model_id and w.starts_at >= champion.started_at)
        return max(own, key=lambda window: window.starts_at, default=None)

    @cached_property
    def champion(self) -> Deployment | None:
        return Deployment.objects.champion_of(self.project)

    @cached_property
    def values(self) -> Values:
        return policies.values_of(self.project)

    @cached_property
    def _measured(self) -> dict[str, list[Measurement]]:
        found: dict[str, list[Measurement]] = defaultdict(list)
        not_shown = {one.metric for one in REFERENCES} - {HEALTHY.metric, self.against.metric}
        rows = Measurement.objects.filter(window__in=self.windows).exclude(metric__in=not_shown)
        for row in rows.select_related("window").order_by("pk"):
            found[row.metric].append(row)
        return found

    def measured(self, metric: str) -> list[Measurement]:
        """Of all windows, in the order in which they were measured; of drift also from what is chosen, no other."""
        return self._measured[metric]

    def of_window(self, metric: str) -> dict[int, Measurement]:
        """By window, of a metric that has one value in each."""
        return {row.window_id: row for row in self.measured(metric) if row.window_id}

    @cached_property
    def changes(self) -> Sequence[Deployment]:
        """Champions that went into service since the first window began."""
        if not self.windows:
            return []
        rows = Deployment.objects.as_champion().filter(project=self.project, started_at__gte=self.windows[0].starts_at)
        return list(rows.select_related("model").order_by("started_at"))


def ends(windows: Sequence[Window]) -> list[str]:
    """Where each window lies in a chart: its last day."""
    return [f"{window.ends_at:%Y-%m-%d}" for window in windows]


def most_of(asked: str) -> int:
    """How many windows are shown: one of the choices, the fewest for whatever is none."""
    return next((number for number in CHOICES if str(number) == asked), CHOICES[0])
