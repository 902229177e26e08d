"""The first page: how good the extraction is, what serves, what waits, what runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project, person, projects_of
from annotation.clock import now_of
from annotation.models import Annotation, Note, Project, Task
from monitoring.actions import accuracy, policies, responses
from monitoring.health.read import Health
from monitoring.kpi import verdict
from monitoring.models import Alert, Decision, Measurement
from monitoring.policy import Values
from training.models import Deployment, ModelVersion, Run, TrafficMinute

DAYS = 30


@require_GET
@login_required
def index(request: HttpRequest) -> HttpResponse:
    projects = list(projects_of(person(request)))
    if len(projects) == 1:
        return redirect("project", slug=projects[0].slug)
    return render(request, "monitoring/projects.html", {"projects": projects})


@require_GET
@in_project(Right.VIEW)
def project_home(request: HttpRequest, project: Project) -> HttpResponse:
    champion = Deployment.objects.champion_of(project)
    tasks = Task.objects.filter(project=project)
    pending = ModelVersion.objects.filter(project=project, status=ModelVersion.Status.PENDING_APPROVAL)
    context = {
        "kpi": kpi(accuracy.latest(project, champion), policies.values_of(project)),
        "audits": audits(tasks),
        "champion": champion,
        "response": responses.of(project),
        "newest": Health(project).newest_of(champion),
        "alerts": Alert.objects.unresolved().filter(project=project).exclude(status=Alert.Status.SNOOZED)[:3],
        "queue": tasks.queue_summary(),
        "runs": Run.objects.filter(project=project).select_related("created_by")[:5],
        "pending": pending.select_related("project"),
        "decisions": Decision.objects.filter(project=project).select_related("model__project", "by")[:5],
        "counts": counts(project, champion),
    }
    return render(request, "monitoring/home.html", context)


def kpi(measurement: Measurement | None, policy: Values) -> dict[str, Any] | None:
    """The measurement as the page shows it, labels as a list, with what it says about the target."""
    if measurement is None:
        return None
    labels = [{"label": name, **scores} for name, scores in measurement.value["per_label"].items()]
    return {
        **measurement.value,
        "per_label": labels,
        "model": measurement.model,
        "measured_at": measurement.created_at,
        "verdict": verdict(measurement.value, policy),
    }


def audits(tasks: Any) -> dict[str, int]:
    rows = tasks.filter(reason=Task.Reason.RANDOM_AUDIT).count_by_status()
    return {
        "done": rows.get(Task.Status.ACCEPTED, 0),
        "waiting": rows.get(Task.Status.OPEN, 0) + rows.get(Task.Status.IN_PROGRESS, 0),
    }


def counts(project: Project, champion: Deployment | None) -> dict[str, int]:
    gold = Annotation.objects.filter(project=project).trainable()
    since = gold.filter(created_at__gt=champion.model.dataset.created_at) if champion else gold
    return {
        "notes": Note.objects.filter(project=project).count(),
        "gold": gold.count(),
        "new_gold": since.count(),
        "answered": answered_of_late(project),
    }


def answered_of_late(project: Project) -> int:
    """Documents that its models answered in the last DAYS days. By the counts of minutes: the log may have millions."""
    since = now_of(project) - timedelta(days=DAYS)
    minutes = TrafficMinute.objects.filter(deployment__project=project, minute__gte=since)
    return int(minutes.aggregate(documents=Sum("documents", default=0))["documents"])
