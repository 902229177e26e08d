"""The quality of the annotation: how much, how fast, how alike, what was corrected, who changed."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotation.access import Right, in_project, person
from annotation.models import Project
from monitoring.quality import corrections, page, reading
from monitoring.quality.section import Question

WINDOWS = {"7": "7 days", "30": "30 days", "90": "90 days", "all": "All"}


@require_GET
@in_project(Right.VIEW)
def quality(request: HttpRequest, project: Project) -> HttpResponse:
    question = asked(request, project)
    context = {
        "sections": page.sections(question),
        "windows": WINDOWS,
        "window": "all" if question.days is None else str(question.days),
        "models": corrections.models_of(question),
        "model": question.model,
        "newest": reading.NEWEST,
    }
    return render(request, "monitoring/quality.html", context)


@require_GET
@in_project(Right.VIEW)
def download(request: HttpRequest, project: Project, table: str) -> HttpResponse:
    section = page.section(asked(request, project), table)
    if section is None:
        raise Http404("No such table.")
    name = f"{project.slug}-{table}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(page.as_csv(section), content_type="text/csv; charset=utf-8", headers=headers)


def asked(request: HttpRequest, project: Project) -> Question:
    """Window and model from the address; what is not on offer is taken for the default."""
    window = request.GET.get("days", "30")
    days = None if window == "all" else int(window) if window in WINDOWS else 30
    sees_people = Right.READ_NOTES in request.rights  # type: ignore[attr-defined]
    question = Question(project, person(request), sees_people, days)
    model = request.GET.get("model", "")
    return replace(question, model=model) if model in corrections.models_of(question) else question
