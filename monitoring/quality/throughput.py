"""Notes finished over time: by reason for everybody, by person for those who may see people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from annotation.models import Task
from monitoring import charts
from monitoring.quality import reading
from monitoring.quality.section import Cell, Column, Kind, Question, Section, days_of, names

# More lines than this can't be told apart.
MOST_LINES = 6
MISSING = "Nobody finished a note in this time."


def sections(question: Question) -> list[Section]:
    step = "day" if question.days else "week"
    tallies = reading.tallies(question, step)
    return [by_reason(tallies, step), by_person(question, tallies, step)]


def by_reason(tallies: Sequence[reading.Tally], step: str) -> Section:
    counts = Counter[tuple[date, str]]()
    for row in tallies:
        counts[row.first, row.reason] += row.notes
    days, reasons = _days(tallies), [reason for reason in Task.Reason if any(row.reason == reason for row in tallies)]
    columns = [Column(step.capitalize(), Kind.DAY), *(Column(str(r.label)) for r in reasons), Column("Together")]
    kinds = {str(reason.label): [counts[day, reason] for day in days] for reason in reasons}
    rows: list[Sequence[Cell]] = [(day, *one, sum(one)) for day, *one in zip(days, *kinds.values(), strict=True)]
    return Section(
        "throughput",
        "Notes finished",
        f"Notes that people finished each {step}, by the reason for which they were asked. A note annotated twice "
        "counts twice, its adjudication once more: each is a person's work.",
        columns,
        rows,
        charts.stacked(days_of(days), kinds, unit="notes") if rows else None,
        missing=MISSING,
    )


def by_person(question: Question, tallies: Sequence[reading.Tally], step: str) -> Section:
    lines = _lines(question, tallies)
    days = _every(_days(tallies), step)
    rows: list[Sequence[Cell]] = [(day, *(counts[day] for _, counts in lines)) for day in days]
    series = [charts.Series(name, days_of(days), [counts[day] for day in days]) for name, counts in lines]
    others = f" Beyond {MOST_LINES - 1} people, the rest are one line." if question.sees_people else ""
    return Section(
        "people",
        "Notes finished by each person" if question.sees_people else "Your notes and the team's",
        f"The same notes, each {step}, by who finished them.{others}",
        [Column(step.capitalize(), Kind.DAY), *(Column(name) for name, _ in lines)],
        rows,
        charts.lines(series, unit="notes") if rows else None,
        missing=MISSING,
    )


def _lines(question: Question, tallies: Iterable[reading.Tally]) -> list[tuple[str, Counter[date]]]:
    """Name and counts: the busiest people, or only the viewer beside the team."""
    people: dict[int, Counter[date]] = {}
    team: Counter[date] = Counter()
    for row in tallies:
        people.setdefault(row.person, Counter())[row.first] += row.notes
        team[row.first] += row.notes
    if not question.sees_people:
        return [("You", people.get(question.viewer.pk, Counter())), ("Team", team)]
    busiest = sorted(people, key=lambda person: -people[person].total())
    shown, rest = (busiest[: MOST_LINES - 1], busiest[MOST_LINES - 1 :]) if len(people) > MOST_LINES else (busiest, [])
    called = names(set(shown))
    others = [(f"{len(rest)} others", sum((people[one] for one in rest), Counter()))] if rest else []
    return [(called[one], people[one]) for one in shown] + others


def _days(tallies: Iterable[reading.Tally]) -> list[date]:
    return sorted({row.first for row in tallies})


def _every(days: Sequence[date], step: str) -> list[date]:
    """Days without work too, so that a line goes down to nothing there."""
    if not days:
        return []
    width = 1 if step == "day" else 7
    return [days[0] + timedelta(days=n) for n in range(0, (days[-1] - days[0]).days + 1, width)]
