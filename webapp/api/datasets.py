"""``GET /api/v1/datasets`` and ``/datasets/VERSION``: sealed datasets in figures. No word of a note."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.models import Project
from training.models import Dataset
from webapp.api.openapi import PAGES, as_json, describe, path
from webapp.api.pages import page
from webapp.api.problems import problem
from webapp.api.schemas.build import listed, ref
from webapp.api.scopes import ReadView


class DatasetsView(ReadView):
    """Every sealed snapshot, the newest first."""

    @describe(
        "Datasets",
        tag="Reading",
        scope="read",
        answers={200: as_json(listed("datasets", "Dataset"))},
        errors=(422,),
        asked=PAGES,
    )
    def get(self, request: Request) -> Response:
        found, following = page(sealed(client_of(request).project), request.query_params)
        return Response({"datasets": [to_json(row) for row in found], "next": following})


class DatasetView(ReadView):
    """One snapshot, with its quality report."""

    @describe(
        "One dataset",
        tag="Reading",
        scope="read",
        answers={200: as_json(ref("OneDataset"))},
        errors=(404,),
        asked=(path("version", "Its version."),),
    )
    def get(self, request: Request, version: int) -> Response:
        row = sealed(client_of(request).project).filter(version=version).first()
        if row is None:
            return no_dataset(version)
        # Surfaces are words of notes, should a report hold them.
        quality = {name: value for name, value in row.quality.items() if name != "surfaces"}
        return Response({**to_json(row), "quality": quality})


def sealed(project: Project) -> QuerySet[Dataset]:
    rows = Dataset.objects.filter(project=project, kind=Dataset.Kind.SNAPSHOT, status=Dataset.Status.SEALED)
    return rows.select_related("test_set")


def no_dataset(version: int) -> Response:
    return problem(404, f"There is no dataset {version}; see /api/v1/datasets.")


def to_json(row: Dataset) -> dict[str, Any]:
    return {
        "version": row.version,
        "sha256": row.sha256,
        "created_at": row.created_at,
        "test_set": row.test_set.version if row.test_set else None,
        "splits": row.summary,
    }
