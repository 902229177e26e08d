"""``POST /api/v1/extract``: notes in, entities out. The note and what was found are stored before the answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.actions import notes
from annotation.models import Client, Note
from annotation.spans import ScoredSpan
from training import serving
from training.actions import predictions
from training.models import Prediction
from webapp.api.documents import Incoming, RequestError, parse, to_json
from webapp.api.problems import problem
from webapp.api.scopes import ScopedView


class ExtractView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"POST": "extract"}

    def post(self, request: Request) -> Response:
        try:
            documents = parse(request.data)
        except RequestError as error:
            return problem(422, str(error))
        client, readable = client_of(request), [document for document in documents if document.note]
        if not readable:
            return _nothing_readable(documents)
        # The database is asked which ids are known while the model is at work.
        pending = serving.engine().submit(client.project_id, [d.note.text for d in readable if d.note])
        known = _mark_changed(client, readable)
        answer = pending.answer()
        try:
            stored = _store(client, readable, known, answer, request_id := uuid.uuid4())
        except IntegrityError:
            # Another request stored one of these ids a moment ago: look again, once.
            known = _mark_changed(client, readable)
            stored = _store(client, readable, known, answer, request_id := uuid.uuid4())
        if not stored:
            return _nothing_readable(documents)
        return Response(_body(request_id, answer.served, documents, stored))


def _nothing_readable(documents: Sequence[Incoming]) -> Response:
    rows = [to_json(document, document.id, []) for document in documents]
    return problem(422, "No document of the request can be read.", documents=rows)


def _mark_changed(client: Client, documents: Sequence[Incoming]) -> dict[str, Note]:
    """The notes known by the documents' ids; an id that comes with another text is an error of its document."""
    ids = [document.id for document in documents if document.id]
    known = notes.known(project=client.project, external_ids=ids) if ids else {}
    for document in documents:
        note = known.get(document.id)
        if note and document.note and not notes.same_text(note, document.note.text):
            document.errors = ["This id came with another text before, and a note never changes; use a new id."]
    return known


@transaction.atomic
def _store(
    client: Client,
    documents: Sequence[Incoming],
    known: Mapping[str, Note],
    answer: serving.Answer,
    request_id: uuid.UUID,
) -> dict[int, predictions.Found]:
    """What was stored, by the document's identity: nothing for a document with errors."""
    pairs = [(d, e) for d, e in zip(documents, answer.entities, strict=True) if not d.errors]
    news = [document.note for document, _ in pairs if document.note and document.id not in known]
    added = notes.add(project=client.project, news=news, origin=Note.Origin.API)
    notes.open_audits(project=client.project, notes=added)
    fresh = iter(added)
    found = {
        id(document): predictions.Found(known[document.id] if document.id in known else next(fresh), entities)
        for document, entities in pairs
    }
    source = predictions.Source(
        model_id=answer.served.model_id,
        deployment_id=answer.served.deployment_id,
        origin=Prediction.Origin.API,
        client=client,
        request_id=request_id,
        latency_ms=answer.milliseconds,
    )
    predictions.record(found=list(found.values()), source=source)
    return found


def _body(
    request_id: uuid.UUID,
    served: serving.Served,
    documents: Sequence[Incoming],
    stored: Mapping[int, predictions.Found],
) -> dict[str, Any]:
    rows = []
    for document in documents:
        found = stored.get(id(document))
        name, entities = (found.note.external_id, found.entities) if found else (document.id, ())
        rows.append(to_json(document, name, _entities(document, entities)))
    model = {"name": served.name, "version": served.number, "sha256": served.sha256, "role": served.role}
    return {"request_id": str(request_id), "model": model, "documents": rows}


def _entities(document: Incoming, entities: Sequence[ScoredSpan]) -> list[dict[str, Any]]:
    text = document.note.text if document.note else ""
    return [{**entity.to_json(), "text": text[entity.start : entity.end]} for entity in entities]
