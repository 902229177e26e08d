"""How each project does, for ``/metrics``: read from the database when somebody asks, so it is told once."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from annotation.database import AWAY
from monitoring.models import Alert, Response, Window
from monitoring.policy import Level


class Health:
    """A collector of Prometheus: a row a project."""

    def collect(self) -> Iterator[Metric]:
        ranks = ", ".join(f"{level.rank} {level.value}" for level in Level)
        levels = GaugeMetricFamily("marginalia_level", f"Level of the champion: {ranks}.", labels=("project",))
        frozen = GaugeMetricFamily("marginalia_automation_stopped", "1 while switched off.", labels=("project",))
        for row in Response.objects.select_related("project"):
            levels.add_metric((row.project.slug,), Level(row.level).rank)
            frozen.add_metric((row.project.slug,), int(row.stopped_at is not None))
        accuracy = GaugeMetricFamily("marginalia_audit_f1", "F1 on audited notes, newest window.", labels=("project",))
        newest = Window.objects.order_by("project_id", "-ends_at").distinct("project_id")
        for window in newest.select_related("project"):
            if kpi := window.evidence["kpi"]:
                accuracy.add_metric((window.project.slug,), kpi["value"])
        alerts = GaugeMetricFamily("marginalia_alerts", "Alerts not resolved.", labels=("project", "severity"))
        rows = Alert.objects.unresolved().order_by().values_list("project__slug", "severity")
        for slug, severity, count in rows.annotate(count=Count("pk")):
            alerts.add_metric((slug, severity), count)
        yield from (levels, frozen, accuracy, alerts)


def told() -> bytes:
    """In Prometheus' text format; nothing while the database is away."""
    registry = CollectorRegistry()
    try:
        # It asks for all once.
        registry.register(Health())
        return generate_latest(registry)
    except AWAY:
        return b""
