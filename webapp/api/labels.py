"""``GET /api/v1/labels``: the kinds of entities, as the guidelines in force have them."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.actions import guidelines
from webapp.api.openapi import as_json, describe
from webapp.api.schemas.build import ref
from webapp.api.scopes import ReadView


class LabelsView(ReadView):
    @describe("Labels", tag="Reading", scope="read", answers={200: as_json(ref("Labels"))})
    def get(self, request: Request) -> Response:
        newest = guidelines.current(client_of(request).project)
        rows = [
            {"name": label["name"], "hint": label["hint"], "retired": label["retired"]}
            for label in (newest.labels if newest else [])
        ]
        return Response({"guidelines": newest.version if newest else None, "labels": rows})
