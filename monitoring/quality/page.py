"""All sections of the page, in order, and each of them alone for its download."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO

from monitoring.quality import agreement, corrections, drift, pace, throughput
from monitoring.quality.section import Cell, Question, Section

# What computes which sections.
PARTS: dict[Callable[[Question], list[Section]], tuple[str, ...]] = {
    throughput.sections: ("throughput", "people"),
    pace.sections: ("seconds", "seconds-people"),
    agreement.sections: ("agreement",),
    corrections.sections: ("corrections",),
    drift.sections: ("drift",),
}


def sections(question: Question) -> list[Section]:
    return [section for part in PARTS for section in part(question)]


def section(question: Question, name: str) -> Section | None:
    """The one of this name; the others are not computed."""
    part = next((part for part, names in PARTS.items() if name in names), None)
    return next((one for one in part(question) if one.name == name), None) if part else None


def as_csv(one: Section) -> str:
    """The table with its numbers unrounded to the reader's eye: shares as fractions, days as ISO."""
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow([_safe(column.name) for column in one.columns])
    writer.writerows([_safe(cell) for cell in row] for row in one.rows)
    return file.getvalue()


def _safe(cell: Cell) -> Cell:
    """A spreadsheet takes words that begin with such a sign for a formula."""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{cell}"
    return round(cell, 4) if isinstance(cell, float) else cell
