"""What each version in service answers now: the last minute or two, as the log has counted them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from annotation.models import Project
from monitoring.traffic.words import figure
from training.minutes import counts_since
from training.models import Deployment
from training.traffic_alarms import mean_entities, quantile
from training.traffic_counts import Counts, minute_of

# Traffic is counted by the minute: the one that runs and the one before it.
WINDOW = timedelta(seconds=60)
Role = Deployment.Role
ORDER = (Role.CHAMPION, Role.CANARY, Role.VARIANT, Role.SHADOW)


@dataclass(frozen=True, slots=True)
class Live:
    """A deployment and its traffic. Figures are words with their units, "–" where there is nothing to say."""

    deployment: Deployment
    share: int
    a_minute: float
    counts: Counts

    @property
    def p50(self) -> str:
        return figure("latency", quantile(self.counts.latencies, 0.5))

    @property
    def p95(self) -> str:
        return figure("latency", quantile(self.counts.latencies, 0.95))

    @property
    def missed(self) -> str:
        """Requests that it did not answer, or not in time, of all that came to it."""
        asked = self.counts.asked
        return figure("failed", (asked - self.counts.requests) / asked if asked else None)

    @property
    def entities(self) -> str:
        return figure("entities", mean_entities(self.counts))

    @property
    def unsure(self) -> str:
        documents = self.counts.documents
        return figure("doubtful", self.counts.unsure / documents if documents else None)


def serving_in(project: Project) -> list[Deployment]:
    """What answers or reads along now: the champion first."""
    rows = Deployment.objects.active().filter(project=project, environment=Deployment.Environment.PROD)
    return sorted(rows.select_related("model", "rollout"), key=lambda row: ORDER.index(Role(row.role)))


def live(deployments: list[Deployment], now: datetime) -> list[Live]:
    since = minute_of(now - WINDOW)
    taken = sum(row.share for row in deployments if row.role in (Role.CANARY, Role.VARIANT))
    found = []
    for row in deployments:
        counts = counts_since(row.pk, since)
        minutes = max(1.0, (now - max(since, row.started_at)).total_seconds()) / 60
        share = 100 - taken if row.role == Role.CHAMPION else row.share
        found.append(Live(row, share, counts.asked / minutes, counts))
    return found


def sentence(rows: list[Live]) -> str:
    """The table in words."""
    if not rows:
        return "No version is in service, so the API answers 503."
    if not any(row.counts.asked for row in rows):
        return "No request came in the last minute."
    told = [
        f"the {row.deployment.get_role_display().lower()}, version {row.deployment.model.number}, "
        f"{row.a_minute:,.0f} a minute (95 of 100 within {row.p95})"
        for row in rows
        if row.counts.asked
    ]
    return f"In the last minute: {'; '.join(told)}."
