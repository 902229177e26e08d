"""How well two people agree who annotated the same note blind, week by week."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from annotation.spans import Counts, exact_counts
from monitoring import charts
from monitoring.quality import reading
from monitoring.quality.section import Column, Kind, Question, Section, days_of
from monitoring.trends import week_of
from training import statistics

COLUMNS = (
    Column("Week", Kind.DAY),
    Column("Notes"),
    Column("F1", Kind.SHARE),
    Column("From", Kind.SHARE),
    Column("To", Kind.SHARE),
)


def sections(question: Question) -> list[Section]:
    weeks: dict[date, list[Counts]] = defaultdict(list)
    for pair in reading.pairs(question):
        first, second = pair.versions
        if first.spans or second.spans:  # where nobody marked anything there is nothing to agree on
            weeks[week_of(max(first.at, second.at).date())].append(exact_counts(first.spans, second.spans))
    scores = {week: statistics.score(counts) for week, counts in sorted(weeks.items())}
    rows = [(week, one["notes"], one["f1"], one["low"], one["high"]) for week, one in scores.items()]
    return [_section(rows)]


def _section(rows: list[tuple[date, int, float, float, float]]) -> Section:
    at, _, values, low, high = map(list, zip(*rows, strict=True)) if rows else ([], [], [], [], [])
    line = charts.Series("F1 of two people", days_of(at), values, low, high)
    return Section(
        "agreement",
        "Agreement over time",
        "Notes that two people annotated without seeing each other's work: an entity counts as agreed only when first "
        "character, last character and label are the same (strict F1). A model can hardly do better than people agree. "
        "The range is the 95 % interval from resampled notes: few notes in a week, wide range.",
        COLUMNS,
        rows,
        charts.lines([line], unit="F1", share=True) if rows else None,
        missing="No note has both of its blind annotations yet; set a share of notes to be annotated twice.",
    )
