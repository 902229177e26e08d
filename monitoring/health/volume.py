"""How much came, and what became of it."""

from __future__ import annotations

from monitoring import charts
from monitoring.health.read import Health, ends
from monitoring.quality.section import Cell, Column, Kind, Section


def section(health: Health) -> Section:
    windows = health.windows
    rows: list[list[Cell]] = [
        [
            window.ends_at.date(),
            window.answers,
            window.empty,
            window.empty / window.answers if window.answers else None,
            window.failed,
            window.unusable,
            window.notes_read,
            window.get_level_display(),
        ]
        for window in windows
    ]
    kinds = {
        "With entities": [window.answers - window.empty for window in windows],
        "Empty": [window.empty for window in windows],
        "Failed": [window.failed for window in windows],
    }
    return Section(
        "volume",
        "Volume",
        "Documents that the champion answered in each window, those in which it found nothing, requests that failed, "
        "and documents of extract and rows of batches that were no notes. What to do: a jump in empty or failed "
        "answers is an outage, one in unusable inputs a broken feed; call whoever runs it.",
        [
            Column("Window to", Kind.DAY),
            Column("Answers"),
            Column("Empty"),
            Column("Empty share", Kind.SHARE),
            Column("Failed"),
            Column("Unusable inputs"),
            Column("Notes read"),
            Column("Level", Kind.TEXT),
        ],
        rows,
        charts.stacked(ends(windows), kinds, unit="answers") if rows else None,
        missing="No window is over yet.",
    )
