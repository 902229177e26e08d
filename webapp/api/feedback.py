"""``POST /api/v1/feedback``: what a doctor says of an answer of extract."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.errors import TooLate
from annotation.intake import MAX_WORD, word_fault
from annotation.models import Client
from training.actions import feedback as actions
from training.models import Feedback, Prediction
from training.verdicts import Verdict, VerdictError, verdicts_from_json
from webapp.api import idempotency, rows
from webapp.api.documents import RequestError, index_type_of
from webapp.api.openapi import IDEMPOTENCY_KEY, as_json, describe
from webapp.api.problems import problem
from webapp.api.schemas.build import ref
from webapp.api.schemas.feedback import EXAMPLE
from webapp.api.scopes import ScopedView

FIELDS = ("prediction_id", "client_ref", "id", "entities", "index_type", "complete")


@dataclass(frozen=True, slots=True)
class Said:
    """What came: the answer that is meant, by id or by the caller's names, and the verdicts."""

    prediction_id: uuid.UUID | None
    client_ref: str
    document_id: str
    verdicts: list[Verdict]
    complete: bool
    utf16: bool


class FeedbackView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"POST": "feedback"}

    @describe(
        "Feedback of doctors",
        tag="Extract",
        scope="feedback",
        body=as_json(ref("FeedbackRequest"), EXAMPLE),
        answers={201: as_json(ref("FeedbackAnswer"))},
        errors=(404, 409),
        asked=(IDEMPOTENCY_KEY,),
    )
    def post(self, request: Request) -> Response:
        try:
            said = parse(request.data)
        except (RequestError, VerdictError) as error:
            return problem(422, str(error))
        return idempotency.once(request, lambda: _given(client_of(request), said))


def parse(body: object) -> Said:
    """Raises RequestError, and VerdictError for an entity that can't be."""
    if not isinstance(body, Mapping):
        raise RequestError('The body is no JSON object; send {"prediction_id": …, "entities": […]}.')
    rows.only(body, FIELDS, "The body")
    complete = body.get("complete", False)
    if not isinstance(complete, bool):
        raise RequestError('"complete" is neither true nor false; send true when the whole note was read.')
    utf16 = index_type_of(body) == "utf16"
    prediction_id, client_ref, document_id = _uuid(body), _word(body, "client_ref"), _word(body, "id")
    if (prediction_id is None) == (not client_ref):
        raise RequestError("Send either prediction_id, or client_ref with the id of the document.")
    verdicts = verdicts_from_json(body.get("entities", []))
    return Said(prediction_id, client_ref, document_id, verdicts, complete, utf16)


def _uuid(body: Mapping[str, Any]) -> uuid.UUID | None:
    value = body.get("prediction_id")
    if value is None:
        return None
    try:
        return uuid.UUID(value)
    except (ValueError, TypeError, AttributeError) as error:
        raise RequestError("prediction_id is no UUID; send the one that extract gave.") from error


def _word(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is not None and word_fault(name, value):
        raise RequestError(f'"{name}" is no string of at most {MAX_WORD} printable characters; correct it.')
    return "" if value is None else str(value)


def _given(client: Client, said: Said) -> Response:
    try:
        prediction = _meant(client, said)
        row = actions.give(
            client=client, prediction=prediction, said=said.verdicts, complete=said.complete, utf16=said.utf16
        )
    except actions.Unknown as error:
        return problem(404, str(error))
    except TooLate as error:
        return problem(409, str(error))
    except VerdictError as error:
        return problem(422, str(error))
    return Response(to_json(row, prediction), status=201)


def _meant(client: Client, said: Said) -> Prediction:
    if said.prediction_id:
        return actions.by_id(client=client, prediction_id=said.prediction_id)
    return actions.by_ref(client=client, client_ref=said.client_ref, document_id=said.document_id)


def to_json(row: Feedback, prediction: Prediction) -> dict[str, Any]:
    counts = {"accepted": row.accepted, "rejected": row.rejected, "added": row.added}
    answer = {"id": row.pk, "prediction_id": str(row.prediction_uid), "version": prediction.model.number}
    return {**answer, **counts, "complete": row.complete, "asks_annotators": row.task_id is not None}
