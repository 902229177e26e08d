"""``GET /api/v1/model``: what serves now, and how accurate it was found to be."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from training.models import Deployment, Evaluation
from webapp.api.openapi import as_json, describe
from webapp.api.problems import problem
from webapp.api.schemas.build import ref
from webapp.api.scopes import ReadView


class ModelView(ReadView):
    """The champion, and beside it all that answer a share of the callers."""

    @describe("The model in service", tag="Reading", scope="read", answers={200: as_json(ref("Model"))}, errors=(404,))
    def get(self, request: Request) -> Response:
        project = client_of(request).project
        rows = list(Deployment.objects.answering().filter(project=project).select_related("model"))
        champion = next((row for row in rows if row.role == Deployment.Role.CHAMPION), None)
        if champion is None:
            return problem(404, f"No model of {project.slug} is in service; approve one first.")
        model = champion.model
        # The champion has what the others leave.
        champion.share = 100 - sum(row.share for row in rows if row is not champion)
        facts = {"name": project.slug, "labels": model.labels, "evaluation": _evaluation(champion)}
        return Response({**_served(champion), **facts, "answering": [_served(row) for row in rows]})


def _served(row: Deployment) -> dict[str, Any]:
    facts = {"version": row.model.number, "sha256": row.model.sha256, "role": row.role, "since": row.started_at}
    return {**facts, "share": row.share}


def _evaluation(champion: Deployment) -> dict[str, Any] | None:
    """Its newest scores on a test set: strict, with the interval of F1."""
    rows = Evaluation.objects.filter(model=champion.model_id, role=Evaluation.Role.CANDIDATE, split="test")
    newest = rows.select_related("dataset").order_by("-pk").first()
    if newest is None:
        return None
    return {"dataset": newest.dataset.version, "scores": newest.scores, "per_label": newest.per_label}
