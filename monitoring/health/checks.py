"""The checks of the newest window against the champion's constraints, violations first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitoring.actions.data_quality import METRIC
from monitoring.constraints import CHECKS
from monitoring.constraints.checking import DRIFT, FEATURES
from monitoring.health.against import HEALTHY
from monitoring.health.drift import TITLES
from monitoring.health.read import Health
from monitoring.models import Measurement
from monitoring.policy import Level
from monitoring.quality.section import Cell, Column, Kind, Section

STATES = {Level.WARNING: "violated", Level.OK: "ok", Level.INSUFFICIENT: "too few"}


def section(health: Health) -> Section:
    rows = _newest(health)
    return Section(
        "checks",
        "Data quality",
        "Each field of the notes that came in the newest window, held against the constraints: the share that is "
        "faulty, missing, unknown or outside what is allowed, and the drift from the first healthy windows. A check "
        "is violated when its whole 95 % interval is beyond what is allowed, corrected for the number of checks. "
        "What to do: ask whoever sends the notes what changed; if the change is meant to stay, edit the constraints.",
        [
            *(Column(name, Kind.TEXT) for name in ("Check", "Field", "Value", "Allowed")),
            Column("n"),
            *(Column(name, Kind.TEXT) for name in ("95 % interval", "q", "State")),
        ],
        [_row(row.value, Level(row.level)) for row in rows],
        says=_says(rows) if rows else [],
        missing="The newest window was not held against constraints; the next one will be."
        if health.windows
        else "No window is over yet.",
    )


def examples(health: Health) -> list[tuple[Measurement, str]]:
    """Features of the newest window, held against the first healthy ones, that stand for what is violated: their pages
    have the notes. Each with its title."""
    found = {FEATURES.get(row.value["field"], "") for row in _newest(health) if row.level == Level.WARNING}
    newest = health.windows[-1] if health.windows else None
    rows = health.measured(HEALTHY.metric)
    return [(row, TITLES[row.feature]) for row in rows if row.window == newest and row.feature in found]


def _newest(health: Health) -> list[Measurement]:
    """The checks of the newest window: violations first, then as they are named."""
    newest = health.windows[-1].pk if health.windows else None
    rows = [row for row in health.measured(METRIC) if row.window_id == newest]
    kinds = list(CHECKS)
    order = [Level.WARNING, Level.OK, Level.INSUFFICIENT]
    return sorted(rows, key=lambda row: (order.index(Level(row.level)), kinds.index(row.value["check"])))


def _row(value: Mapping[str, Any], level: Level) -> list[Cell]:
    show = _number if value["check"] == DRIFT else _share
    interval = "–" if value["low"] is None else f"{_share(value['low'])} to {_share(value['high'])}"
    q = "–" if value["q"] is None else f"{value['q']:.4f}"
    field = value["field"].replace("_", " ")
    allowed = show(value["allowed"])
    return [CHECKS[value["check"]], field, show(value["value"]), allowed, value["n"], interval, q, STATES[level]]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _says(rows: list[Measurement]) -> list[str]:
    found = [row.value["sentence"] for row in rows if row.level == Level.WARNING]
    return found or ["Nothing in the newest window is beyond its constraints."]
