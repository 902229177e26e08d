"""Datasets and test sets of a project: the lists, and what makes a new one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, in_project, person
from annotation.errors import ActionError
from annotation.models import Project
from monitoring.datasets.listing import listed
from training.actions import datasets as actions
from training.changes import since_last_snapshot
from training.models import Dataset

PER_PAGE = 20


@require_GET
@in_project(Right.VIEW)
def datasets(request: HttpRequest, project: Project) -> HttpResponse:
    rows = Dataset.objects.filter(project=project).select_related("created_by", "test_set").defer("quality")
    snapshots = rows.filter(kind=Dataset.Kind.SNAPSHOT).order_by("-version")
    page = Paginator(snapshots, PER_PAGE).get_page(request.GET.get("page"))
    tests = rows.filter(kind=Dataset.Kind.TEST).order_by("-version")
    context = {
        "page_obj": page,
        "snapshots": listed(project, list(page.object_list)),
        "test_sets": listed(project, list(tests)),
        "changes": since_last_snapshot(project),
    }
    return render(request, "monitoring/datasets.html", context)


@require_POST
@in_project(Right.TRAIN)
def seal(request: HttpRequest, project: Project) -> HttpResponse:
    try:
        dataset = actions.seal(project=project, by=person(request))
    except ActionError as error:
        messages.warning(request, str(error))
        return redirect("datasets", slug=project.slug)
    messages.success(request, f"Dataset v{dataset.version} is sealed.")
    return redirect("dataset", pk=dataset.pk)


@require_POST
@in_project(Right.TRAIN)
def grow(request: HttpRequest, project: Project) -> HttpResponse:
    try:
        dataset = actions.grow_test_set(project=project, by=person(request))
    except ActionError as error:
        messages.warning(request, str(error))
        return redirect("datasets", slug=project.slug)
    said = f"Test set v{dataset.version} is in force from the next snapshot on; the champion is scored anew on it."
    messages.success(request, said)
    return redirect("dataset", pk=dataset.pk)
