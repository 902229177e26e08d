"""A champion that was trained long ago and audits that stand still are told, and are over by themselves."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, F, Max, Min, When

from annotation.models import Project, Task
from monitoring.actions import alerts, policies
from monitoring.actions.alerts import News, Severity
from monitoring.models import Alert
from monitoring.policy import Ages, Reason, stale
from monitoring.policy.freshness import AUDITS, MODEL
from training.models import Deployment
from training.service_history import first_services, services_of, trained_at

TITLES = {MODEL: "the model is old", AUDITS: "no audits"}
REMEDIES = {
    MODEL: "Start a training on the Runs page.",
    AUDITS: "Finish the open audits. If there are none, raise the share of audited notes in the project's settings.",
}


def tell_if_stale(project: Project, at: datetime) -> list[Reason]:
    """Of the project's champion; what is stale now. Without a champion nothing is."""
    champion = Deployment.objects.champion_of(project)
    found = list(stale(ages(champion, at), policies.values_of(project))) if champion else []
    for reason in found:
        # Its days make it another sentence every day: it is told once in a day, not at every look.
        if not Alert.objects.filter(project=project, key=reason.rule, sentence=reason.sentence).exists():
            title = f"{project.name}: {TITLES[reason.rule]}"
            news = News(reason.rule, Severity.WARNING, title, reason.sentence, REMEDIES[reason.rule])
            alerts.tell(project=project, news=news, at=at)
    for key in {MODEL, AUDITS} - {reason.rule for reason in found}:
        alerts.over(project=project, key=key, at=at)
    return found


def ages(champion: Deployment, now: datetime) -> Ages:
    """`now`: the time that it is in the project."""
    project, model = champion.project, champion.model
    # A simulated clinic trains by the real clock, and is served by its own.
    trained = min(trained_at(model), first_services([model])[model.pk])
    served = services_of(project).aggregate(at=Min("started_at"))["at"]
    audited = _last_audit(project, now)
    return Ages(_days(trained, now), None if audited is None else _days(audited, now), _days(served, now))


def _last_audit(project: Project, now: datetime) -> datetime | None:
    done = Task.objects.filter(
        project=project, reason=Task.Reason.RANDOM_AUDIT, blind=True, status=Task.Status.ACCEPTED
    )
    # People of a simulated clinic work by the real clock; where it is ahead, the day counts on which their note came.
    ahead = When(closed_at__gt=now, then=F("note__received_at"))
    at = Case(ahead, default=F("closed_at")) if project.simulated_at else F("closed_at")
    return done.aggregate(at=Max(at))["at"]


def _days(since: datetime, now: datetime) -> int:
    return max(0, (now - since).days)
