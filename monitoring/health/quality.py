"""Accuracy over time: audited notes with their interval, the estimate without labels, target and floor."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring import charts
from monitoring.charts import Series
from monitoring.health.read import Health, ends
from monitoring.quality.section import Cell, Column, Kind, Section
from monitoring.windows.rows import AUDIT


def section(health: Health) -> Section:
    windows = health.windows
    audits = health.of_window(AUDIT)
    rows: list[Sequence[Cell]] = []
    for window in windows:
        value = audits[window.pk].value if window.pk in audits else {}
        figures = [value.get(name) for name in ("f1", "low", "high", "precision", "recall")]
        model = f"v{window.model.number}"
        unsure = "yes" if window.novel else "no"
        rows.append((window.ends_at.date(), model, *figures, value.get("notes", 0), window.estimate, unsure))
    return Section(
        "kpi",
        "Accuracy, window by window",
        "Strict F1 of the champion on notes drawn by lot and annotated blind, with its 95 % interval; each note counts "
        "where it was answered, however late its labels come. The estimate needs no labels and is no measurement: it "
        "starts from the frozen test and follows the model's own doubt. What to do: below the target, look at the "
        "drift below; an interval wholly under the floor stops automation.",
        [
            Column("Window to", Kind.DAY),
            Column("Champion", Kind.TEXT),
            *(Column(name, Kind.SHARE) for name in ("F1", "Low", "High", "Precision", "Recall")),
            Column("Audited notes"),
            Column("Estimate", Kind.SHARE),
            Column("Extrapolating", Kind.TEXT),
        ],
        rows,
        _figure(health) if rows else None,
        says=_says(health),
        missing="No window is over yet. The first ends a week after the champion went into service.",
    )


def _figure(health: Health) -> charts.Figure:
    windows, audits = health.windows, health.of_window(AUDIT)
    at = ends(windows)
    value = {pk: row.value for pk, row in audits.items()}
    of = {name: [value[w.pk][name] if w.pk in value else None for w in windows] for name in ("f1", "low", "high")}
    series = [
        Series("F1 on audited notes", at, of["f1"], of["low"], of["high"]),
        Series("Estimate without labels", at, [window.estimate for window in windows]),
        Series("Target", at, [health.values.target] * len(windows)),
        Series("Floor", at, [health.values.floor] * len(windows)),
    ]
    figure = charts.lines(series, unit="F1", share=True)
    marks = [(f"{one.started_at:%Y-%m-%d}", f"v{one.model.number}") for one in health.changes]
    return charts.with_marks(figure, marks)


def _says(health: Health) -> list[str]:
    found = []
    if health.windows and health.windows[-1].novel:
        found.append("The estimate is extrapolating: more words are unseen than before, so it is too hopeful.")
    for one in health.changes:
        found.append(f"Version {one.model.number} went into service on {one.started_at:%-d %b %Y}.")
    return found
