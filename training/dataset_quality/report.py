"""The report: two passes over the rows and one over the texts, then what was found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from training.dataset_quality.counts import Content
from training.dataset_quality.duplicates import Duplicates
from training.dataset_quality.edges import Edges
from training.dataset_quality.leakage import Leakage
from training.dataset_quality.rows import DEV, TEST, Meter, OnProgress, Row, counted
from training.dataset_quality.surfaces import Surfaces, marks_of
from training.dataset_quality.words import WORD, Numbers, normalised

VERSION = 1
CONTRADICTORY = (
    "text is there more than once and not marked alike; settle which is right",
    "texts are there more than once and not marked alike; settle which is right",
)
REPEATED = (
    "note repeats the text of another; it counts twice in training",
    "notes repeat the text of another; they count twice in training",
)
NEAR = (
    "pair of notes of different splits is nearly the same text; look at it",
    "pairs of notes of different splits are nearly the same text; look at them",
)
TWO_LABELS = (
    "surface is marked with more than one label; settle which is right",
    "surfaces are marked with more than one label; settle which is right",
)
HALF_MARKED = (
    "surface is marked in some places only; settle where it should be",
    "surfaces are marked in some places only; settle where they should be",
)


@dataclass(frozen=True, slots=True)
class Report:
    """``findings`` hold counts, note ids and offsets; ``surfaces`` hold words of notes, for who may read notes.

    ``blocking`` and ``warnings`` are sentences without words of notes; a dataset with a blocking one is not to be
    trained on.
    """

    findings: dict[str, Any]
    surfaces: dict[str, Any]
    blocking: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        said = {"version": VERSION, "blocking": self.blocking, "warnings": self.warnings}
        return {**said, **self.findings, "surfaces": self.surfaces}


def quality_report(rows: Collection[Row], *, labels: Sequence[str], on_progress: OnProgress | None = None) -> Report:
    """The report of `rows`, which are gone through twice; time is linear in them.

    `on_progress` gets (done, total) every few notes, and ends the report by raising. Raises ValueError for no rows.
    """
    if not rows:
        raise ValueError("The dataset has 0 notes; choose some with gold.")
    reading = Reading(labels, Meter(3 * len(rows), on_progress))
    for row in reading.meter.over(rows):
        reading.first(row)
    reading.surfaces.index()
    for row in reading.meter.over(rows):
        reading.surfaces.look(row)
    return reading.report()


class Reading:
    """Everything that is gathered on the way."""

    def __init__(self, labels: Sequence[str], meter: Meter) -> None:
        self.meter = meter
        self.numbers = Numbers()
        self.content, self.edges, self.leakage = Content(labels), Edges(), Leakage()
        self.duplicates, self.surfaces = Duplicates(), Surfaces(self.numbers)

    def first(self, row: Row) -> None:
        text, marks = normalised(row.text), marks_of(row)
        key = sha256(text.encode("utf-8", "surrogatepass")).digest()
        self.content.add(row)
        self.edges.add(row)
        self.leakage.add(row, key)
        self.surfaces.add(row, marks)
        self.duplicates.add(row, key, self.numbers.of(WORD.findall(text)), marks)

    def report(self) -> Report:
        exact, near, conflicts = (
            self.duplicates.exact(),
            self.duplicates.near(self.meter.tick),
            self.surfaces.conflicts(),
        )
        findings = {
            "splits": self.content.splits(),
            "lengths": self.content.histogram(),
            "imbalance": self.content.imbalance(),
            "duplicates": exact,
            "near_duplicates": near,
            "conflicts": conflicts,
            "edges": self.edges.to_json(),
            "leakage": self.leakage.to_json(),
            "unseen": self.surfaces.unseen(),
        }
        warnings = [*self.leakage.sentences(DEV), *_warnings(exact, near, conflicts)]
        warnings += [*self.edges.warnings(), *self.content.warnings()]
        return Report(findings, self.surfaces.words(), self.leakage.sentences(TEST), warnings)


def _warnings(exact: dict[str, Any], near: dict[str, Any], conflicts: dict[str, Any]) -> list[str]:
    said = [
        (len(exact["contradictory"]), *CONTRADICTORY),
        (exact["count"], *REPEATED),
        (near["across"], *NEAR),
        (conflicts["two_labels"]["count"], *TWO_LABELS),
        (conflicts["half_marked"]["count"], *HALF_MARKED),
    ]
    return [f"{counted(count, one, many)}." for count, one, many in said if count]
