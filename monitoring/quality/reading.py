"""Reading: the newest tasks and revisions that the figures are made of. Spans and times only, never a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Count, DateField, Q
from django.db.models.functions import Trunc

from annotation.models import Annotation, Task
from annotation.spans import Span, spans_from_json
from monitoring.quality.section import Question

# Notes that one figure looks at, the newest ones: the page's work has an end, however large the project.
NEWEST = 5000
# Revisions between gold and the suggestion it began with; more than anybody makes of one note.
DEEPEST = 20
PRELABEL = Annotation.Origin.PRELABEL


class Finished(NamedTuple):
    """A task that was done."""

    person: int
    at: datetime
    seconds: int


class Tally(NamedTuple):
    """Notes finished on a day or in a week, for a reason, by a person."""

    first: date
    reason: str
    person: int
    notes: int


@dataclass(frozen=True, slots=True)
class Revision:
    """What somebody made of a note, and the suggestion they started from, directly or by way of other revisions."""

    note: int
    person: int
    at: datetime
    spans: list[Span]
    suggested: list[Span] | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two blind annotations of a note, and the gold that they came to; None while it waits for a reviewer."""

    note: int
    versions: tuple[Revision, Revision]
    gold: list[Span] | None


def tallies(question: Question, step: str) -> list[Tally]:
    """Counted by the database; `step` is ``day`` or ``week``."""
    rows = (
        _done(question)
        .annotate(first=Trunc("closed_at", step, output_field=DateField()))
        .order_by("first")
        .values_list("first", "reason", "assignee")
        .annotate(n=Count("pk"))
    )
    return [Tally(*row) for row in rows]


def finished(question: Question) -> list[Finished]:
    """With seconds: tasks that nobody timed say nothing about pace."""
    rows = _done(question).filter(seconds_spent__gt=0).order_by("-closed_at")
    return [Finished(*row) for row in rows.values_list("assignee", "closed_at", "seconds_spent")[:NEWEST]]


def pairs(question: Question) -> list[Pair]:
    """Notes of which both blind annotations are in, by the newest."""
    tasks = _done(question).filter(doubled=True).order_by("-closed_at").values_list("note", flat=True)[: 2 * NEWEST]
    notes = list(dict.fromkeys(tasks))[:NEWEST]
    rows = Annotation.objects.filter(note__in=notes, task__doubled=True, task__status=Task.Status.ACCEPTED)
    newest: dict[int, dict[int, Revision]] = defaultdict(dict)
    for row in rows.order_by("revision").values(*FIELDS, "task", "task__closed_at"):
        newest[row["note"]][row["task"]] = _revision(row, row["task__closed_at"])
    double = {note: tuple(found.values()) for note, found in newest.items() if len(found) == 2}
    gold = _settled(double)
    return [Pair(note, (found[0], found[1]), gold.get(note)) for note, found in double.items()]


def work(question: Question) -> list[Revision]:
    """What people made of the newest notes, adjudications aside: they start from two versions, not from a note."""
    done = _done(question).exclude(reason=Task.Reason.ADJUDICATE).order_by("-closed_at")
    tasks = dict(done.values_list("pk", "closed_at")[:NEWEST])
    newest = {row["task"]: row for row in _rows(task__in=tasks).order_by("revision")}
    return _with_suggestions(list(newest.values()), tasks)


def corrected(question: Question) -> list[Revision]:
    """The newest gold that people made, with the suggestion it began with; gold that began empty is left out."""
    rows = _begun(question).values(*FIELDS, "task")
    return [one for one in _with_suggestions(list(rows), {}) if one.suggested is not None]


def models(question: Question) -> set[str]:
    """Whose suggestions that gold was made from."""
    parents = Annotation.objects.filter(pk__in=_begun(question).values("parent"), origin=PRELABEL)
    return set(parents.order_by().values_list("author_model", flat=True).distinct())


FIELDS = ("pk", "note", "author", "parent", "origin", "author_model", "spans_json", "created_at")


def _begun(question: Question) -> Any:
    """Gold that did not begin with the empty note, the newest first."""
    gold = Annotation.objects.filter(project=question.project, status=Annotation.Status.GOLD)
    return gold.filter(created_at__gte=question.since, parent__isnull=False).order_by("-created_at")[:NEWEST]


def _done(question: Question) -> Any:
    return Task.objects.filter(
        project=question.project, status=Task.Status.ACCEPTED, closed_at__gte=question.since
    ).order_by()


def _rows(**conditions: Any) -> Any:
    return Annotation.objects.filter(**conditions).values(*FIELDS, "task")


def _revision(row: dict[str, Any], at: datetime | None = None) -> Revision:
    return Revision(row["note"], row["author"], at or row["created_at"], spans_from_json(row["spans_json"]))


def _settled(notes: Iterable[int]) -> dict[int, list[Span]]:
    """Gold by note, where it came from the two or from their adjudication."""
    of_both = Q(task__doubled=True) | Q(task__reason=Task.Reason.ADJUDICATE)
    gold = Annotation.objects.gold().filter(of_both, note__in=list(notes))
    return {note: spans_from_json(spans) for note, spans in gold.values_list("note", "spans_json")}


def _with_suggestions(rows: Sequence[dict[str, Any]], closed: dict[int, datetime]) -> list[Revision]:
    """Follow each row's parents to the model's suggestion, all rows a step at a time."""
    at: dict[int, dict[str, Any]] = {row["pk"]: row for row in rows}
    for _ in range(DEEPEST):
        above = {row["parent"] for row in at.values() if row["origin"] != PRELABEL and row["parent"]}
        if not above:
            break
        parents = {row["pk"]: row for row in _rows(pk__in=above)}
        at = {pk: parents.get(row["parent"], row) if row["origin"] != PRELABEL else row for pk, row in at.items()}
    found = []
    for row in rows:
        one, origin = _revision(row, closed.get(row["task"])), at[row["pk"]]
        if origin["origin"] == PRELABEL:
            suggested = spans_from_json(origin["spans_json"])
            one = Revision(one.note, one.person, one.at, one.spans, suggested, origin["author_model"])
        found.append(one)
    return found
