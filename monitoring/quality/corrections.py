"""What the model got wrong: what became of its suggestions in notes that people then made gold."""

from __future__ import annotations

from annotation.corrections import Fate, Tally, corrections, tally
from monitoring import charts
from monitoring.quality import reading
from monitoring.quality.section import Column, Kind, Question, Section
from training.statistics import wilson

COLUMNS = (
    Column("Label", Kind.TEXT),
    Column("What became of it", Kind.TEXT),
    Column("Entities"),
    Column("Of"),
    Column("Share", Kind.SHARE),
    Column("From", Kind.SHARE),
    Column("To", Kind.SHARE),
)
WORDS = {
    Fate.KEPT: "kept as suggested",
    Fate.MOVED: "edges moved",
    Fate.RELABELLED: "label changed",
    Fate.REMOVED: "removed",
    Fate.ADDED: "added by a person",
}
Row = tuple[str, str, int, int, float | None, float | None, float | None]


def models_of(question: Question) -> list[str]:
    """The model versions whose suggestions became gold in this time, the newest first."""
    return sorted(reading.models(question), key=_natural, reverse=True)


def sections(question: Question) -> list[Section]:
    gold = [one for one in reading.corrected(question) if question.model in ("", one.model)]
    counts = tally(corrections(one.suggested or (), one.spans) for one in gold)
    rows = [row for label, one in counts.items() for row in _rows(label, one)]
    return [
        Section(
            "corrections",
            "What people corrected in the model's suggestions",
            "Entities that the model suggested and what they came to in the gold, label by label; entities that were "
            "added are counted of all that the gold has. A changed label counts as such whether its edges moved or "
            "not. People tend to leave what is suggested, so the model is wrong at least this often: how good it is "
            "say the audits, which are annotated without suggestions. Range: 95 % (Wilson), a little too narrow where "
            "several errors come together in one note.",
            COLUMNS,
            rows,
            _figure(rows),
            says=[f"{len(gold):,} notes that began with a suggestion."] if gold else [],
            missing="No gold of this time began with a model's suggestion.",
        )
    ]


def _rows(label: str, one: Tally) -> list[Row]:
    return [_row(label, fate, one.of(fate), one.entities if fate == Fate.ADDED else one.suggested) for fate in Fate]


def _row(label: str, fate: Fate, count: int, of: int) -> Row:
    if not of:
        return label, WORDS[fate], count, of, None, None, None
    interval = wilson(count, of)
    return label, WORDS[fate], count, of, count / of, interval.low, interval.high


def _figure(rows: list[Row]) -> charts.Figure | None:
    """The corrections alone: beside what was kept they would be too small to see."""
    series = []
    for fate in [fate for fate in Fate if fate != Fate.KEPT]:
        own = [row for row in rows if row[1] == WORDS[fate]]
        values, low, high = ([row[place] for row in own] for place in (4, 5, 6))
        series.append(charts.Series(WORDS[fate], [row[0] for row in own], values, low, high))  # type: ignore[arg-type]
    return charts.grouped(series, unit="share of entities") if rows else None


def _natural(name: str) -> tuple[str, int]:
    """``demo v10`` after ``demo v9``."""
    head, _, number = name.rpartition("v")
    return (head, int(number)) if number.isdecimal() else (name, 0)
