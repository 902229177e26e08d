"""The weeks that the business figures are of. From counts, tasks and revisions; the log of predictions is not read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import DateField, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone

from annotation.clock import now_of
from annotation.models import Project, Task, User
from annotation.models.counting import Median
from monitoring.quality import reading
from monitoring.quality.section import Question
from monitoring.trends import week_of
from training.models import Batch, ModelVersion, Run, TrafficMinute
from training.service_history import first_services, last_annotations, services_of

WEEKS = 8
TRAININGS = (Run.Kind.PIPELINE, Run.Kind.TRIAL)


@dataclass(slots=True)
class Week:
    """`first`: its Monday; `days` that have begun; `by_hand`: seconds of a blind note; None: not known."""

    first: date
    days: int
    notes: int = 0
    untouched: float | None = None
    seconds: float | None = None
    by_hand: float | None = None
    lead_days: float | None = None
    cpu_seconds: float | None = None

    @property
    def notes_a_day(self) -> float:
        return self.notes / self.days

    @property
    def hours_saved(self) -> float | None:
        if self.untouched is None or self.by_hand is None:
            return None
        return self.notes * self.untouched * self.by_hand / 3600

    @property
    def processor(self) -> float | None:
        """Seconds per 1,000 notes."""
        return None if self.cpu_seconds is None or not self.notes else 1000 * self.cpu_seconds / self.notes

    @property
    def has_figures(self) -> bool:
        known = (self.untouched, self.seconds, self.lead_days, self.cpu_seconds)
        return self.notes > 0 or any(one is not None for one in known)


@dataclass(frozen=True, slots=True)
class Span:
    """From a Monday until now, where the project may have a calendar of its own."""

    project: Project
    since: datetime
    now: datetime

    def within(self, name: str) -> dict[str, datetime]:
        return {f"{name}__gte": self.since, f"{name}__lte": self.now}


def weeks_of(project: Project) -> list[Week]:
    """The last eight, the oldest first. The newest is the one that runs."""
    now = now_of(project)
    monday = week_of(now.date())
    firsts = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    span = Span(project, datetime.combine(firsts[0], time.min, UTC), now)
    notes, left, paces, leads, spent = _notes(span), _untouched(span), _paces(span), _leads(span), _spent(span)
    return [
        Week(
            first,
            min(7, (now.date() - first).days + 1),
            notes.get(first, 0),
            left.get(first),
            *paces.get(first, (None, None)),
            leads.get(first),
            spent.get(first, 0.0) if spent else None,
        )
        for first in firsts
    ]


def _by_week(rows: QuerySet[Any], name: str, **sums: Any) -> list[tuple[Any, ...]]:
    weekly = rows.order_by().annotate(first=TruncWeek(name, output_field=DateField())).values("first")
    return list(weekly.annotate(**sums).values_list("first", *sums))


def _notes(span: Span) -> dict[date, int]:
    """What champions answered one by one, and the rows of batches that ended."""
    traffic = TrafficMinute.objects.filter(deployment__in=services_of(span.project), **span.within("minute"))
    batches = Batch.objects.filter(project=span.project, **span.within("ended_at"))
    found: dict[date, int] = defaultdict(int)
    rows = _by_week(traffic, "minute", n=Sum("documents")) + _by_week(batches, "ended_at", n=Sum("done"))
    for first, number in rows:
        found[first] += number
    return found


def _untouched(span: Span) -> dict[date, float]:
    """The share of the newest notes that began with a suggestion and were left as it was."""
    days = (timezone.now().date() - span.since.date()).days + 1
    # No person asks: nothing of people is shown.
    work = reading.work(Question(span.project, User(), sees_people=False, days=days))
    grouped: dict[date, list[bool]] = defaultdict(list)
    for one in work:
        if one.suggested is not None and one.at <= span.now:
            grouped[week_of(one.at.date())].append(set(one.spans) == set(one.suggested))
    return {first: sum(same) / len(same) for first, same in grouped.items()}


def _paces(span: Span) -> dict[date, tuple[float | None, float | None]]:
    """Median active seconds of all notes that were timed, and of the blind ones."""
    rows = Task.objects.filter(
        project=span.project, status=Task.Status.ACCEPTED, seconds_spent__gt=0, **span.within("closed_at")
    )
    by_hand = Q(blind=True) & ~Q(reason=Task.Reason.ADJUDICATE)
    medians = {"all": Median("seconds_spent"), "hand": Median("seconds_spent", filter=by_hand)}
    return {first: (both, hand) for first, both, hand in _by_week(rows, "closed_at", **medians)}


def _leads(span: Span) -> dict[date, float]:
    """Days: the median of the versions that became champion for the first time in the week."""
    began = services_of(span.project).filter(**span.within("started_at")).order_by()
    models = list(ModelVersion.objects.filter(pk__in=began.values("model")))
    served = first_services(models)
    grouped: dict[date, list[float]] = defaultdict(list)
    for pk, at in last_annotations(models).items():
        # Annotations of another calendar than the deployment's say nothing.
        if span.since <= served[pk] <= span.now and at <= served[pk]:
            grouped[week_of(served[pk].date())].append((served[pk] - at) / timedelta(days=1))
    return {first: median(days) for first, days in grouped.items()}


def _spent(span: Span) -> dict[date, float]:
    """Processor seconds of trainings that ended; empty when none was measured."""
    runs = Run.objects.filter(project=span.project, kind__in=TRAININGS, cpu_seconds__gt=0, **span.within("ended_at"))
    return dict(_by_week(runs, "ended_at", n=Sum("cpu_seconds")))
