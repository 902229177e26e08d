"""The agreement page: how alike people annotate, with intervals, and what they disagree on most."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project, person
from annotation.actions import pairs
from annotation.guidelines import sections
from annotation.models import Project
from annotation.views import agreement_rows as rows

WINDOWS = {"30": "Last 30 days", "90": "Last 90 days", "all": "All time"}
USUAL = "90"


@require_GET
@in_project(Right.VIEW)
def page(request: HttpRequest, project: Project) -> HttpResponse:
    window = request.GET.get("days", "")
    window = window if window in WINDOWS else USUAL
    since = None if window == "all" else timezone.now() - timedelta(days=int(window))
    found = pairs.newest(project=project, since=since)
    counted = rows.count(found)
    people = rows.People(
        (pk for pair in counted.by_pair for pk in pair),
        viewer=person(request),
        named=Right.ASSIGN in request.rights,  # type: ignore[attr-defined]
    )
    tables = rows.Tables(counted, people)
    shown = tables.shown(request.GET.get("show", ""))
    context = {
        "tables": tables,
        "all": tables.all,
        "verdict": rows.verdict(tables.all),
        "shown": shown,
        "labels": tables.labels(shown.key),
        "reasons": rows.reason_rows(found, sections(project.guidelines)),
        "windows": WINDOWS,
        "window": window,
        "enough": rows.ENOUGH,
        "newest": pairs.NEWEST,
    }
    return render(request, "annotation/agreement.html", context)
