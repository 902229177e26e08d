"""A project's health: its level, what is done about it, and the charts that argue for either."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project, with_object
from annotation.models import Project, Task
from monitoring.actions import responses
from monitoring.health import checks, errors, page
from monitoring.health import feature as features
from monitoring.health.against import CHOICES, against_of
from monitoring.health.drift import looked_into
from monitoring.health.read import Health, most_of
from monitoring.models import Decision, Window
from monitoring.quality.page import as_csv
from monitoring.views.confirming import confirmation
from monitoring.views.health_acts import acts
from training.models import Deployment


@require_GET
@in_project(Right.VIEW)
def health(request: HttpRequest, project: Project) -> HttpResponse:
    found = _asked(request, project)
    row = responses.of(project)
    champion = found.champion
    compared, titles = looked_into(found)
    collecting = Task.objects.filter(project=project, reason=Task.Reason.DRIFT_SLICE).unfinished()
    context = {
        "found": found,
        "sections": page.sections(found),
        "response": row,
        "champion": champion,
        "newest": found.newest_of(champion),
        "compared": compared,
        "features": titles,
        "examples": checks.examples(found),
        "references": CHOICES,
        "acts": acts(row, request.rights),  # type: ignore[attr-defined]
        "confirmation": confirmation(request, champion.model) if champion else None,
        "open_tasks": collecting.count(),
        "decisions": Decision.objects.filter(project=project).select_related("model__project", "by")[:8],
        "table_url": "health_table",
    }
    return render(request, "monitoring/health.html", context)


@require_GET
@in_project(Right.VIEW)
def table(request: HttpRequest, project: Project, part: str) -> HttpResponse:
    found = _asked(request, project)
    section = page.section(found, part)
    if section is None:
        raise Http404("No such table.")
    name = "-".join(filter(None, (project.slug, part, found.against.name)))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(as_csv(section), content_type="text/csv; charset=utf-8", headers=headers)


def _asked(request: HttpRequest, project: Project) -> Health:
    against = against_of(request.GET.get("against", ""))
    return Health(project, most_of(request.GET.get("windows", "")), against)


def windows() -> QuerySet[Window]:
    return Window.objects.select_related("project", "model__project", "read")


@require_GET
@with_object(windows, Right.VIEW)
def feature(request: HttpRequest, window: Window, feature: str) -> HttpResponse:
    against = against_of(request.GET.get("against", ""))
    found = features.shown(window, feature, against)
    if found is None:
        raise Http404("This feature was not measured in this window.")
    may_read = Right.READ_NOTES in request.rights  # type: ignore[attr-defined]
    context = {
        "shown": found,
        "may_read": may_read,
        "terms": features.terms(window, against) if may_read and found.of_words else [],
        "notes": features.notes(window, feature, against) if may_read else [],
        "windows": features.others(window, feature, against)[:12],
    }
    return render(request, "monitoring/health_feature.html", context)


@require_GET
@in_project(Right.VIEW)
def accuracy(request: HttpRequest, project: Project) -> HttpResponse:
    """Each error that the accuracy of the home page counts."""
    champion = Deployment.objects.champion_of(project)
    may_read = Right.READ_NOTES in request.rights  # type: ignore[attr-defined]
    found = errors.errors_of(project, champion, may_read=may_read) if champion else []
    context = {"champion": champion, "errors": found, "may_read": may_read, "most": errors.MOST}
    return render(request, "monitoring/accuracy.html", context)
