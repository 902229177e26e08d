"""``GET /api/v1/model``, ``/models`` and ``/models/N``: what serves, and every version there is."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from training.models import Deployment, ModelVersion
from webapp.api.pages import page
from webapp.api.problems import problem
from webapp.api.scopes import ReadView


class ModelView(ReadView):
    """The champion."""

    def get(self, request: Request) -> Response:
        project = client_of(request).project
        champion = Deployment.objects.champion_of(project)
        if champion is None:
            return problem(404, f"No model of {project.slug} is in service; approve one first.")
        model = champion.model
        facts = {"name": project.slug, "version": model.number, "sha256": model.sha256, "labels": model.labels}
        return Response({**facts, "since": champion.started_at})


class ModelsView(ReadView):
    """Every version, the newest first."""

    def get(self, request: Request) -> Response:
        rows = ModelVersion.objects.filter(project=client_of(request).project).select_related("dataset")
        found, following = page(rows, request.query_params)
        return Response({"models": [to_json(row) for row in found], "next": following})


class OneModelView(ReadView):
    """One version, with its settings and its calibration."""

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
