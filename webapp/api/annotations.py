"""``POST /api/v1/annotations``: gold of another system, checked as what a person submits."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.actions import arrivals, people
from annotation.errors import ActionError, TooLate
from annotation.intake import word_fault
from annotation.models import Client, Note
from annotation.spans import MarkedSpan, SpanError, from_utf16, marked_from_json
from webapp.api import idempotency, rows
from webapp.api.documents import INDEX_TYPES, RequestError
from webapp.api.openapi import IDEMPOTENCY_KEY, as_json, describe
from webapp.api.problems import problem
from webapp.api.schemas.build import ref
from webapp.api.scopes import ScopedView

FIELDS = ("id", "entities", "if_revision", "index_type")
logger = logging.getLogger(__name__)


class AnnotationsView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"POST": "write"}

    @describe(
        "Gold of another system",
        tag="Integration",
        scope="write",
        body=as_json(ref("AnnotationsRequest")),
        answers={200: as_json(ref("AnnotationsAnswer"))},
        errors=(409,),
        asked=(IDEMPOTENCY_KEY,),
    )
    def post(self, request: Request) -> Response:
        try:
            sent = rows.rows_of(request.data, "annotations")
            for number, row in enumerate(sent):
                rows.only(row, FIELDS, f"annotations[{number}]")
        except RequestError as error:
            return problem(422, str(error))
        return idempotency.once(request, lambda: _taken(client_of(request), sent))


def _taken(client: Client, sent: Sequence[Mapping[str, Any]]) -> Response:
    answers = [_take(client, row) for row in sent]
    gold = sum(answer["status"] == "gold" for answer in answers)
    logger.info("client %s sent %s annotations, %s are gold", client.pk, len(sent), gold)
    return rows.told("annotations", answers)


def _take(client: Client, row: Mapping[str, Any]) -> dict[str, Any]:
    name = row.get("id")
    known = name is not None and not word_fault("id", name)
    answer: dict[str, Any] = {"id": str(name) if known else None, "status": rows.ERROR, "revision": None, "errors": []}
    note = Note.objects.filter(project=client.project_id, external_id=str(name)).first() if known else None
    if note is None or note.status != Note.Status.ACTIVE:
        return {**answer, "errors": ["There is no note with this id; send the note first."]}
    by = people.system(f"client-{client.pk}")
    try:
        spans, if_revision = _spans(row, note.text), _revision(row)
        gold = arrivals.set_gold(note=note, spans=spans, by=by, if_revision=if_revision)
    except TooLate as error:
        return {**answer, "status": rows.CONFLICT, "errors": [str(error)]}
    except (ActionError, SpanError) as error:
        return {**answer, "errors": [str(error)]}
    return {**answer, "status": "gold", "revision": gold.revision}


def _spans(row: Mapping[str, Any], text: str) -> list[MarkedSpan]:
    """Raises SpanError."""
    spans = marked_from_json(row.get("entities"))
    index_type = row.get("index_type", "codepoint")
    if index_type not in INDEX_TYPES:
        raise SpanError(f"index_type is none of {' and '.join(INDEX_TYPES)}; leave it out for code points.")
    return from_utf16(text, spans) if index_type == "utf16" else spans


def _revision(row: Mapping[str, Any]) -> int | None:
    value = row.get("if_revision")
    if value is not None and (type(value) is not int or not 0 <= value < 2**31):
        raise SpanError("if_revision is no whole number from 0; send the revision that you saw, or leave it out.")
    return value
