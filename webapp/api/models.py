"""``GET /api/v1/models`` and ``/models/N``: every version there is."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from training.models import ModelVersion
from webapp.api.openapi import PAGES, as_json, describe, path
from webapp.api.pages import page
from webapp.api.problems import problem
from webapp.api.schemas.build import listed, ref
from webapp.api.scopes import ReadView


class ModelsView(ReadView):
    """Every version, the newest first."""

    @describe(
        "Model versions",
        tag="Reading",
        scope="read",
        answers={200: as_json(listed("models", "ModelVersion"))},
        errors=(422,),
        asked=PAGES,
    )
    def get(self, request: Request) -> Response:
        rows = ModelVersion.objects.filter(project=client_of(request).project).select_related("dataset")
        found, following = page(rows, request.query_params)
        return Response({"models": [to_json(row) for row in found], "next": following})


class OneModelView(ReadView):
    """One version, with its settings and its calibration."""

    @describe(
        "One model version",
        tag="Reading",
        scope="read",
        answers={200: as_json(ref("OneModelVersion"))},
        errors=(404,),
        asked=(path("number", "Its number."),),
    )
    def get(self, request: Request, number: int) -> Response:
        rows = ModelVersion.objects.filter(project=client_of(request).project).select_related("dataset")
        row = rows.filter(number=number).first()
        if row is None:
            return problem(404, f"There is no model version {number}; see /api/v1/models.")
        return Response({**to_json(row), "settings": row.settings, "calibration": row.calibration})


def to_json(row: ModelVersion) -> dict[str, Any]:
    return {
        "number": row.number,
        "status": row.status,
        "recipe": row.recipe,
        "labels": row.labels,
        "sha256": row.sha256,
        "bytes": row.size,
        "temperature": row.temperature,
        "dataset": row.dataset.version,
        "run": row.run_id,
        "created_at": row.created_at,
        "decided_at": row.decided_at,
        # Badges for ever: put in service over a failed gate; trained on a note that was erased since.
        "overridden": row.overridden_by_id is not None,
        "tainted": row.tainted,
    }
