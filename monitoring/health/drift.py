"""Features by windows: how far each lies from what windows are held against, and from where on that matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitoring import charts
from monitoring.drift import FEATURES
from monitoring.drift.judging import DOMAIN, MOST_FALSE
from monitoring.health.against import HEALTHY, why_not
from monitoring.health.read import Health, ends
from monitoring.models import Measurement, Window
from monitoring.policy import Level
from monitoring.quality.section import Cell, Column, Kind, Section

TITLES = {**{one.name: one.title for one in FEATURES}, DOMAIN: "Told apart by text"}
ByPlace = Mapping[tuple[str, int | None], Measurement]


def section(health: Health) -> Section:
    by_place = {(row.feature, row.window_id): row for row in health.measured(health.against.metric)}
    windows, against = health.windows, health.against
    names = [name for name in TITLES if any((name, window.pk) in by_place for window in windows)]
    rows = [_row(name, [by_place.get((name, window.pk)) for window in windows]) for name in names]
    return Section(
        "drift",
        "Drift from the reference" if against == HEALTHY else f"Drift from the {against.title}",
        against.lead,
        [Column("Feature", Kind.TEXT), *(Column(f"{window.ends_at:%-d %b %Y}", Kind.TEXT) for window in windows)],
        rows,
        _figure(health, names, by_place) if rows else None,
        says=_says(health, by_place),
        missing=_missing(health),
    )


def looked_into(health: Health) -> tuple[Window | None, dict[str, str]]:
    """The window that was compared last, and the titles of the features that were."""
    rows = health.measured(health.against.metric)
    if not rows:
        return None, {}
    newest = rows[-1].window
    measured = {row.feature for row in rows if row.window == newest}
    return newest, {name: title for name, title in TITLES.items() if name in measured}


def _row(name: str, measured: Sequence[Measurement | None]) -> list[Cell]:
    return [TITLES[name], *(_cell(row) for row in measured)]


def _cell(row: Measurement | None) -> str:
    return f"{row.value['ratio']:.2f}{_word(row)}" if row else "–"


def _word(row: Measurement) -> str:
    """A level where there is one, and how far it is where none rests on it."""
    if row.level:
        return {Level.WARNING: " warning", Level.CRITICAL: " critical"}.get(Level(row.level), "")
    if not _matters(row.value):
        return ""
    return " far off" if row.value["value"] >= row.value["grave_from"] else " differs"


def _matters(value: dict[str, Any]) -> bool:
    return bool(value["q"] < MOST_FALSE and value["value"] >= value["warns_from"])


def _figure(health: Health, names: Sequence[str], by_place: ByPlace) -> charts.Figure:
    ratios = [
        [by_place[name, w.pk].value["ratio"] if (name, w.pk) in by_place else None for w in health.windows]
        for name in names
    ]
    said = [[_cell(by_place.get((name, w.pk))) for w in health.windows] for name in names]
    return charts.heat(ends(health.windows), [TITLES[name] for name in names], ratios, said)


def _says(health: Health, by_place: ByPlace) -> list[str]:
    if not health.windows:
        return []
    newest, against = health.windows[-1], health.against
    compared = {name: row for name in TITLES if (row := by_place.get((name, newest.pk)))}
    if not compared:
        return [why_not(newest, against)]
    found = [_sentence(TITLES[name], row.value, against == HEALTHY) for name, row in compared.items() if _word(row)]
    return found or ["Nothing in the newest window differs by more than chance and size allow."]


def _sentence(title: str, value: dict[str, Any], warns: bool) -> str:
    matters, grave = ("warns", "critical") if warns else ("matters", "far off")
    return (
        f"{title}: {value['measure']} {value['value']:.3f}, {matters} from {value['warns_from']:.3f}, "
        f"{grave} from {value['grave_from']:.3f} (q {value['q']:.4f})."
    )


def _missing(health: Health) -> str:
    """What there would have to be. Why the newest window was not compared, for what is no champion's first windows."""
    if health.against == HEALTHY:
        return "There is nothing to hold against yet: the champion's first window is its reference."
    return why_not(health.windows[-1], health.against) if health.windows else "No window is over yet."
