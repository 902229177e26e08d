"""Active seconds a note: median and quartiles over time and by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from monitoring import charts
from monitoring.quality import reading
from monitoring.quality.section import Column, Kind, Question, Section, days_of, names
from monitoring.trends import Quartiles, quartiles, week_of

QUARTILES = (
    Column("Notes"),
    Column("Quarter below", Kind.NUMBER),
    Column("Median", Kind.NUMBER),
    Column("Quarter above", Kind.NUMBER),
)
MISSING = "No note was timed in this time."
# A project may have hundreds of people; the page shows those with most notes, the download the same.
MOST_PEOPLE = 30


def sections(question: Question) -> list[Section]:
    done = reading.finished(question)
    return [over_time(question, done), by_person(question, done)]


def over_time(question: Question, done: Sequence[reading.Finished]) -> Section:
    daily = question.days is not None and question.days <= 30
    grouped: dict[date, list[int]] = defaultdict(list)
    for one in done:
        grouped[one.at.date() if daily else week_of(one.at.date())].append(one.seconds)
    found = {day: quartiles(seconds) for day, seconds in sorted(grouped.items())}
    step = "day" if daily else "week"
    line = charts.Series("Median", days_of(list(found)), *_values(found.values()))
    return Section(
        "seconds",
        "Seconds a note",
        f"Active seconds for which somebody worked on a note: the median of each {step}, and the middle half of the "
        "notes around it. Seconds without a key or a move of the mouse do not count, nor do notes that were not timed.",
        (Column(step.capitalize(), Kind.DAY), *QUARTILES),
        [(day, *_cells(one)) for day, one in found.items()],
        charts.band(line, unit="seconds", between="the middle half") if found else None,
        missing=MISSING,
    )


def by_person(question: Question, done: Sequence[reading.Finished]) -> Section:
    grouped: dict[int, list[int]] = defaultdict(list)
    for one in done:
        grouped[one.person].append(one.seconds)
    seen = [person for person in sorted(grouped, key=lambda p: -len(grouped[p])) if question.may_see(person)]
    called = names(set(seen[:MOST_PEOPLE]))
    found = {called[person]: quartiles(grouped[person]) for person in seen[:MOST_PEOPLE]}
    if grouped and not question.sees_people:
        found = {**dict(zip(["You"], found.values(), strict=False)), "Team": quartiles([one.seconds for one in done])}
    dots = charts.Series("Median", list(found), *_values(found.values()))
    return Section(
        "seconds-people",
        "Seconds a note by person",
        "The same seconds by who worked on the note: median and the middle half. Slow is not bad: people who get the "
        "hard notes need longer.",
        (Column("Person", Kind.TEXT), *QUARTILES),
        [(name, *_cells(one)) for name, one in found.items()],
        charts.dots(dots, unit="seconds") if found else None,
        missing=MISSING,
    )


def _cells(one: Quartiles) -> tuple[int, float, float, float]:
    return one.notes, one.low, one.median, one.high


def _values(found: Iterable[Quartiles]) -> tuple[list[float], list[float], list[float]]:
    rows = list(found)
    return [one.median for one in rows], [one.low for one in rows], [one.high for one in rows]
