"""``POST /api/v1/extract``: notes in, entities out. The note and what was found are stored before the answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.access import client_of
from annotation.actions import notes
from annotation.models import Client, Note
from annotation.spans import ScoredSpan
from training import serving
from training.actions import predictions
from training.models import Prediction
from webapp.api.documents import Incoming, RequestError, parse, to_json
from webapp.api.problems import problem


class ExtractView(APIView):
    def post(self, request: Request) -> Response:
        try:
            documents = parse(request.data)
        except RequestError as error:
            return problem(422, str(error))
        client = client_of(request)
        good, known = _sort_out(client, [document for document in documents if document.note])
        if not good:
            rows = [to_json(document, document.id, []) for document in documents]
            return problem(422, "No document of the request can be read.", documents=rows)
        request_id = uuid.uuid4()
        answer = serving.engine().predict(client.project_id, [d.note.text for d in good if d.note])
        try:
            stored = _store(client, good, known, answer, request_id)
        except IntegrityError:
            # Another request stored one of these ids a moment ago: look again, once.
            again, known = _sort_out(client, good)
            if len(again) < len(good):
                return problem(409, "Another request just stored one of these ids with another text; use a new id.")
            stored = _store(client, good, known, answer, request_id)
        return Response(_body(request_id, answer, documents, list(zip(good, stored, answer.entities, strict=True))))


def _sort_out(client: Client, documents: Sequence[Incoming]) -> tuple[list[Incoming], dict[str, Note]]:
    """The documents that are new or the same as before, and the notes known by their ids.

    An id that comes with another text is an error of its document.
    """
    ids = [document.id for document in documents if document.id]
    known = notes.known(project=client.project, external_ids=ids) if ids else {}
    good = []
    for document in documents:
        note = known.get(document.id)
        if note and document.note and not notes.same_text(note, document.note.text):
            document.errors.append("This id came with another text before, and a note never changes; use a new id.")
        else:
            good.append(document)
    return good, known


@transaction.atomic
def _store(
    client: Client,
    documents: Sequence[Incoming],
    known: Mapping[str, Note],
    answer: serving.Answer,
    request_id: uuid.UUID,
) -> list[Note]:
    news = [document.note for document in documents if document.note and document.id not in known]
    added = notes.add(project=client.project, news=news, origin=Note.Origin.API)
    notes.open_audits(project=client.project, notes=added)
    fresh = iter(added)
    rows = [known[document.id] if document.id in known else next(fresh) for document in documents]
    source = predictions.Source(
        model_id=answer.served.model_id,
        deployment_id=answer.served.deployment_id,
        origin=Prediction.Origin.API,
        client=client,
        request_id=request_id,
        latency_ms=answer.milliseconds,
    )
    found = [predictions.Found(note, entities) for note, entities in zip(rows, answer.entities, strict=True)]
    predictions.record(found=found, source=source)
    return rows


def _body(
    request_id: uuid.UUID,
    answer: serving.Answer,
    documents: Sequence[Incoming],
    answered: Sequence[tuple[Incoming, Note, Sequence[ScoredSpan]]],
) -> dict[str, Any]:
    found = {id(document): (note.external_id, entities) for document, note, entities in answered}
    rows = []
    for document in documents:
        name, entities = found.get(id(document), (document.id, ()))
        rows.append(to_json(document, name, _entities(document, entities)))
    served = answer.served
    model = {"name": served.name, "version": served.number, "sha256": served.sha256, "role": served.role}
    return {"request_id": str(request_id), "model": model, "documents": rows}


def _entities(document: Incoming, entities: Sequence[ScoredSpan]) -> list[dict[str, Any]]:
    text = document.note.text if document.note else ""
    return [{**entity.to_json(), "text": text[entity.start : entity.end]} for entity in entities]
