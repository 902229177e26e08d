"""``GET /api/v1/notes/ID``: one note by the caller's id, its annotations and what models found in it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.models import Annotation, Note, Task
from annotation.spans import marked_from_json, to_utf16
from training.models import Prediction
from webapp.api.documents import RequestError, index_type_of
from webapp.api.openapi import as_json, describe, path, query
from webapp.api.problems import problem
from webapp.api.schemas.build import ref, text
from webapp.api.schemas.parts import INDEX_TYPE
from webapp.api.scopes import ReadView

# The newest of each.
MOST = 20
logger = logging.getLogger(__name__)


class NoteView(ReadView):
    """Annotations of the audit sample are given to nobody: they make the accuracy on the home page."""

    @describe(
        "One note",
        tag="Integration",
        scope="read",
        answers={200: as_json(ref("NoteAnswer"))},
        errors=(404, 422),
        asked=(path("external_id", "Your id of the note.", text(least=1)), query("index_type", "Offsets.", INDEX_TYPE)),
    )
    def get(self, request: Request, external_id: str) -> Response:
        client = client_of(request)
        try:
            index_type = index_type_of(request.query_params)
        except RequestError as error:
            return problem(422, str(error))
        note = None
        if "\0" not in external_id:
            rows = Note.objects.filter(project=client.project_id, status=Note.Status.ACTIVE)
            note = rows.filter(external_id=external_id).first()
        if note is None:
            return problem(404, "There is no note with this id; POST it to /api/v1/notes first.")
        # Who read which patient's text: ids only.
        logger.info("client %s read note %s", client.pk, note.pk)
        return Response(to_json(note, index_type))


def to_json(note: Note, index_type: str) -> dict[str, Any]:
    text = note.text
    audited = note.tasks.filter(reason=Task.Reason.RANDOM_AUDIT).exists()
    rows = note.annotations.exclude(status=Annotation.Status.SUBMITTED).order_by("-revision")[:MOST]
    annotations = [] if audited else list(rows)
    found = note.predictions.filter(outcome=Prediction.Outcome.OK).select_related("model", "deployment")
    return {
        "id": note.external_id,
        "text": text,
        "length": note.length,
        "facets": note.facets,
        "received_at": note.received_at,
        "index_type": index_type,
        "audited": audited,
        "revision": max((row.revision for row in annotations), default=0),
        "annotations": [_annotation(row, text, index_type) for row in annotations],
        "predictions": [_prediction(row, text, index_type) for row in found.order_by("-pk")[:MOST]],
    }


def _annotation(row: Annotation, text: str, index_type: str) -> dict[str, Any]:
    facts = {"revision": row.revision, "status": row.status, "origin": row.origin, "created_at": row.created_at}
    return {**facts, "entities": _entities(row.spans_json, text, index_type)}


def _prediction(row: Prediction, text: str, index_type: str) -> dict[str, Any]:
    facts = {"prediction_id": str(row.uid), "version": row.model.number, "role": row.deployment.role}
    return {**facts, "created_at": row.created_at, "entities": _entities(row.entities, text, index_type)}


def _entities(rows: Sequence[dict[str, Any]], text: str, index_type: str) -> list[dict[str, Any]]:
    """Stored spans as they are, with the offsets that were asked for."""
    if index_type == "codepoint":
        return list(rows)
    counted = to_utf16(text, marked_from_json(list(rows)))
    return [{**row, "start": span.start, "end": span.end} for row, span in zip(rows, counted, strict=True)]
