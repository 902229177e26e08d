"""Features by windows: how far each lies from the champion's reference, and from where on that warns."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring import charts
from monitoring.drift import FEATURES
from monitoring.drift.judging import DOMAIN
from monitoring.health.read import Health, ends
from monitoring.models import Measurement
from monitoring.policy import Level
from monitoring.quality.section import Cell, Column, Kind, Section
from monitoring.windows.rows import DRIFT

TITLES = {**{one.name: one.title for one in FEATURES}, DOMAIN: "Told apart by text"}


def section(health: Health) -> Section:
    by_place = {(row.feature, row.window_id): row for row in health.measured(DRIFT)}
    windows = health.windows
    names = [name for name in TITLES if any((name, window.pk) in by_place for window in windows)]
    rows = [_row(name, [by_place.get((name, window.pk)) for window in windows]) for name in names]
    return Section(
        "drift",
        "Drift from the reference",
        "Each feature of the notes and of the answers, held against the champion's first healthy windows. 1 is where "
        "it warns: the difference is large enough to matter and larger than chance makes windows of this size. Two of "
        "three windows make a warning. What to do: a feature of the input says look, one of the answers says it may "
        "hurt; open it to see which notes.",
        [Column("Feature", Kind.TEXT), *(Column(f"{window.ends_at:%-d %b}", Kind.TEXT) for window in windows)],
        rows,
        _figure(health, names, by_place) if rows else None,
        says=_says(health, by_place),
        missing="There is nothing to hold against yet: the champion's first window is its reference.",
    )


def _row(name: str, measured: Sequence[Measurement | None]) -> list[Cell]:
    return [TITLES[name], *(_cell(row) for row in measured)]


def _cell(row: Measurement | None) -> str:
    if row is None:
        return "–"
    word = {Level.WARNING: " warning", Level.CRITICAL: " critical"}.get(Level(row.level), "")
    return f"{row.value['ratio']:.2f}{word}"


def _figure(health: Health, names: Sequence[str], by_place: dict[tuple[str, int | None], Measurement]) -> charts.Figure:
    ratios = [
        [by_place[name, w.pk].value["ratio"] if (name, w.pk) in by_place else None for w in health.windows]
        for name in names
    ]
    said = [[_cell(by_place.get((name, w.pk))) for w in health.windows] for name in names]
    return charts.heat(ends(health.windows), [TITLES[name] for name in names], ratios, said)


def _says(health: Health, by_place: dict[tuple[str, int | None], Measurement]) -> list[str]:
    if not health.windows:
        return []
    newest = health.windows[-1]
    found = []
    for name, title in TITLES.items():
        row = by_place.get((name, newest.pk))
        if row and row.level in (Level.WARNING, Level.CRITICAL):
            value = row.value
            found.append(
                f"{title}: {value['measure']} {value['value']:.3f}, warns from {value['warns_from']:.3f}, "
                f"critical from {value['grave_from']:.3f} (q {value['q']:.4f})."
            )
    return found or ["Nothing in the newest window differs by more than chance and size allow."]
