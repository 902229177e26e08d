"""Annotators over time: against gold that was settled later, how much they mark, how readily they take suggestions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from annotation.spans import Counts, exact_counts
from monitoring import charts
from monitoring.quality import reading
from monitoring.quality.section import Column, Kind, Question, Section, days_of, names
from monitoring.trends import ENOUGH, four_weeks_of, newest_window, shift
from training import statistics

COLUMNS = (
    Column("Person", Kind.TEXT),
    Column("Four weeks from", Kind.DAY),
    Column("Notes"),
    Column("Entities a note", Kind.NUMBER),
    Column("Suggestions"),
    Column("Taken unchanged", Kind.SHARE),
    Column("Settled notes"),
    Column("F1", Kind.SHARE),
    Column("From", Kind.SHARE),
    Column("To", Kind.SHARE),
)
MOST_PEOPLE = 12


@dataclass
class Window:
    """What a person did in four weeks; `settled` has a count for each note with gold from two people or a reviewer."""

    notes: int = 0
    entities: int = 0
    suggested: int = 0
    taken: int = 0
    settled: list[Counts] = field(default_factory=list)

    @cached_property
    def score(self) -> dict[str, Any]:
        """F1 against the settled gold with its interval; nothing without such notes."""
        return statistics.score(self.settled) if self.settled else {}


Windows = dict[date, Window]


def sections(question: Question) -> list[Section]:
    people = _read(replace(question, days=None))
    seen = [person for person in sorted(people, key=lambda p: -_notes(people[p])) if question.may_see(person)]
    called = names(set(seen[:MOST_PEOPLE])) if question.sees_people else {question.viewer.pk: "You"}
    shown = {called[person]: people[person] for person in seen[:MOST_PEOPLE]}
    return [
        Section(
            "drift",
            "Annotators over time" if question.sees_people else "Your work over time",
            "Four weeks at a time, counted back from today, whatever the time chosen above. F1 compares what a person "
            "submitted blind with the gold that the note came to later, by agreement of two or by a reviewer (strict, "
            "95 % interval from resampled notes). Entities a note and suggestions taken unchanged come from all notes: "
            "they change with the notes as well as with the person, so they are a reason to look, not a verdict.",
            COLUMNS,
            [_row(name, first, one) for name, windows in shown.items() for first, one in sorted(windows.items())],
            _figure(shown),
            says=_findings(shown, question.today),
            missing="Nobody finished a note yet." if question.sees_people else "You finished no note yet.",
        )
    ]


def _read(question: Question) -> dict[int, Windows]:
    people: dict[int, Windows] = defaultdict(lambda: defaultdict(Window))
    for one in reading.work(question):
        window = people[one.person][four_weeks_of(one.at.date(), question.today)]
        window.notes += 1
        window.entities += len(one.spans)
        window.suggested += len(one.suggested or ())
        window.taken += len(set(one.suggested or ()) & set(one.spans))
    for pair in reading.pairs(question):
        for one in pair.versions if pair.gold is not None else ():
            window = people[one.person][four_weeks_of(one.at.date(), question.today)]
            window.settled.append(exact_counts(pair.gold or (), one.spans))
    return people


def _notes(windows: Windows) -> int:
    return sum(window.notes for window in windows.values())


def _row(name: str, first: date, one: Window) -> tuple[str | int | float | date | None, ...]:
    return (
        name,
        first,
        one.notes,
        one.entities / one.notes if one.notes else None,
        one.suggested,
        one.taken / one.suggested if one.suggested else None,
        len(one.settled),
        one.score.get("f1"),
        one.score.get("low"),
        one.score.get("high"),
    )


def _figure(people: dict[str, Windows]) -> charts.Figure | None:
    series = []
    for name, windows in people.items():
        scores = {first: one.score for first, one in sorted(windows.items()) if one.settled}
        values, low, high = ([one[key] for one in scores.values()] for key in ("f1", "low", "high"))
        series.append(charts.Series(name, days_of(list(scores)), values, low, high))
    return charts.lines(series, unit="F1", share=True) if any(one.at for one in series) else None


def _findings(people: dict[str, Windows], today: date) -> list[str]:
    """A sentence a person, and last the test that was made."""
    newest = newest_window(today)
    halves = {name: (_before(windows, newest), _now(windows, newest)) for name, windows in people.items()}
    tested = sum(min(map(len, half)) >= ENOUGH for half in halves.values())
    said = [_finding(name, before, now, tested) for name, (before, now) in halves.items()]
    together = f" for {tested} people together (Bonferroni)" if tested > 1 else ""
    test = (
        "How it is tested: the newest four weeks against all before, both sets of notes resampled 1,000 times; a "
        f"change is called one when the interval of the difference leaves out zero at 95 %{together}."
    )
    return [*said, test] if tested else said


def _before(windows: Windows, newest: date) -> list[Counts]:
    return [counts for first, one in windows.items() if first < newest for counts in one.settled]


def _now(windows: Windows, newest: date) -> list[Counts]:
    return windows[newest].settled if newest in windows else []


def _finding(name: str, before: Sequence[Counts], now: Sequence[Counts], tested: int) -> str:
    for notes, when in ((now, "in the newest four weeks"), (before, "before")):
        if len(notes) < ENOUGH:
            return f"{name}: not enough settled notes {when} ({len(notes)} of {ENOUGH}) to say anything."
    found = shift(before, now, tests=tested)
    between = f"(the difference is between {_points(found.low)} and {_points(found.high)})"
    if not found.is_real:
        return f"{name}: no change that {len(now)} notes could show {between}."
    way = "rose" if found.value > 0 else "fell"
    return f"{name}: F1 {way} by {abs(found.value) * 100:.1f} points in the newest four weeks {between}."


def _points(share: float) -> str:
    return f"{share * 100:+.1f}".replace("-", "−")
