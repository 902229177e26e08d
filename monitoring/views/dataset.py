"""One dataset: what is in it, its quality, its manifest."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from annotation.access import Right, hidden_from, with_object
from annotation.errors import ActionError
from monitoring.datasets.content import entities
from monitoring.datasets.facets import facets
from monitoring.datasets.findings import FINE, findings, notes_named
from monitoring.datasets.lengths import histogram
from monitoring.datasets.lengths import lengths as lengths_of
from monitoring.datasets.listing import listed
from training.actions import datasets as actions
from training.models import Dataset


def rows() -> QuerySet[Dataset]:
    return Dataset.objects.select_related("created_by", "test_set")


@require_GET
@with_object(rows, Right.VIEW)
def dataset(request: HttpRequest, dataset: Dataset) -> HttpResponse:
    lengths = lengths_of(dataset)
    (used,) = listed(dataset.project, [dataset])
    context = {
        "dataset": dataset,
        "used": used,
        "is_test": dataset.kind == Dataset.Kind.TEST,
        "entities": entities(dataset),
        "lengths": lengths,
        "figure": histogram(lengths),
        "facets": facets(dataset),
        "most": actions.MOST_NOTES,
        **_quality(request, dataset),
    }
    return render(request, "monitoring/dataset.html", context)


def _quality(request: HttpRequest, dataset: Dataset) -> dict[str, Any]:
    if not dataset.quality:
        return {"findings": None}
    hidden = hidden_from(request, notes_named(dataset.quality))
    trains = dataset.kind == Dataset.Kind.SNAPSHOT
    found = findings(dataset.quality, hidden=hidden, trains=trains)
    sides = {"open": [one for one in found if one.level != FINE], "fine": [one for one in found if one.level == FINE]}
    return {"findings": sides}


@require_POST
@with_object(rows, Right.TRAIN)
def make_quality(request: HttpRequest, dataset: Dataset) -> HttpResponse:
    try:
        actions.make_quality(dataset=dataset)
    except ActionError as error:
        messages.error(request, str(error))
    return redirect("dataset", pk=dataset.pk)


@require_GET
@with_object(rows, Right.EXPORT)
def manifest(request: HttpRequest, dataset: Dataset) -> StreamingHttpResponse:
    kind = "test-set" if dataset.kind == Dataset.Kind.TEST else "dataset"
    name = f"{dataset.project.slug}-{kind}-v{dataset.version}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(_lines(dataset), content_type="text/csv; charset=utf-8", headers=headers)


class _Line:
    """What a csv.writer writes to, a line at a time."""

    def write(self, line: str) -> str:
        return line


def _lines(dataset: Dataset) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(("note", "revision", "split"))
    rows = dataset.items.order_by("note_id").values_list("note__uid", "annotation__revision", "split")
    for row in rows.iterator(2000):
        yield writer.writerow(row)
