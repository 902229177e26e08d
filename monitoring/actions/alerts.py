"""Alerts: raised once however often something is seen, and moved on by people or when it is over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Project, User
from monitoring.actions import deliveries
from monitoring.models import Alert, Delivery

Severity, Status = Alert.Severity, Alert.Status
Occasion = Delivery.Occasion
MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class News:
    """What is told. `key`: what it is about; the same key again is the same alert as long as it is not resolved."""

    key: str
    severity: Alert.Severity
    title: str
    sentence: str
    proposal: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def tell(*, project: Project, news: News, at: datetime | None = None) -> Alert:
    """Raise it, or count it again. What grew graver than when somebody handled it is open again."""
    at = at or timezone.now()
    Project.objects.hold(project.pk)
    told = {
        "severity": news.severity,
        "title": news.title[:200],
        "sentence": news.sentence,
        "proposal": news.proposal[:300],
        "evidence": news.evidence,
        "last_at": at,
    }
    alert = Alert.objects.unresolved().filter(project=project, key=news.key).first()
    if alert is None:
        alert = Alert.objects.create(project=project, key=news.key, first_at=at, **told)
        deliveries.put_out(alert=alert, occasion=Occasion.OPENED, at=at)
        return alert
    graver = Severity.values.index(news.severity) > Severity.values.index(alert.severity)
    late = alert.status == Status.SNOOZED and alert.snoozed_until is not None and alert.snoozed_until <= at
    again = {"status": Status.OPEN, "snoozed_until": None} if graver or late else {}
    Alert.objects.filter(pk=alert.pk).update(**told, **again, seen=F("seen") + 1)
    alert.refresh_from_db()
    if graver:
        deliveries.put_out(alert=alert, occasion=Occasion.GRAVER, at=at)
    return alert


@transaction.atomic
def over(*, project: Project, key: str, at: datetime | None = None) -> None:
    """What it is about is no more."""
    at = at or timezone.now()
    rows = Alert.objects.unresolved().filter(project=project, key=key)
    for alert in rows.select_for_update():
        rows.filter(pk=alert.pk).update(status=Status.RESOLVED, snoozed_until=None, last_at=at)
        deliveries.put_out(alert=alert, occasion=Occasion.RESOLVED, at=at)


def acknowledge(*, alert: Alert, by: User) -> None:
    """Somebody looks after it."""
    _move(alert, by, (Status.OPEN, Status.SNOOZED), status=Status.ACKNOWLEDGED, snoozed_until=None)


def snooze(*, alert: Alert, by: User, days: int) -> None:
    """It is quiet for some days, unless it grows graver."""
    if not 1 <= days <= MOST_DAYS:
        raise ActionError(f"An alert can't be put off for {days} days; give 1 to {MOST_DAYS}.")
    until = timezone.now() + timedelta(days=days)
    _move(alert, by, (Status.OPEN, Status.ACKNOWLEDGED), status=Status.SNOOZED, snoozed_until=until)


@transaction.atomic
def resolve(*, alert: Alert, by: User) -> None:
    """Somebody says that it is over; if it is seen again there is a new one."""
    among = (Status.OPEN, Status.ACKNOWLEDGED, Status.SNOOZED)
    _move(alert, by, among, status=Status.RESOLVED, snoozed_until=None)
    deliveries.put_out(alert=alert, occasion=Occasion.RESOLVED, at=timezone.now())


def _move(alert: Alert, by: User, among: tuple[str, ...], **to: Any) -> None:
    rows = Alert.objects.filter(pk=alert.pk, status__in=among)
    if not rows.update(**to, handled_by=by, handled_at=timezone.now()):
        alert.refresh_from_db()
        raise TooLate(f"The alert is {alert.get_status_display().lower()} already; nothing was changed.")
    alert.refresh_from_db()
