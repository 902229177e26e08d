"""``POST /api/v1/extract``: notes in, entities out. What is kept of them is written after the answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.actions import notes
from annotation.actions.notes import NewNote
from annotation.models import Client, Note
from training import prediction_log, serving
from training.log_entries import SealedNote, sealed
from training.ner.assertion import Cues, cues_of
from training.prediction_log import Document, Entry
from webapp.api import answers, fhir, idempotency
from webapp.api.documents import Incoming, Options, RequestError, came_of, characters_of, parse, parse_options
from webapp.api.openapi import IDEMPOTENCY_KEY, as_json, describe
from webapp.api.problems import problem
from webapp.api.schemas.build import ref
from webapp.api.schemas.extract import EXAMPLE
from webapp.api.scopes import ScopedView


class ExtractView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"POST": "extract"}
    renderer_classes = (JSONRenderer, fhir.FhirRenderer)

    @describe(
        "Entities of notes",
        tag="Extract",
        scope="extract",
        body=as_json(ref("ExtractRequest"), EXAMPLE),
        answers={200: {**as_json(ref("ExtractAnswer")), fhir.MEDIA_TYPE: {"schema": ref("Bundle")}}},
        errors=(409,),
        asked=(IDEMPOTENCY_KEY,),
    )
    def post(self, request: Request) -> Response:
        body = request.data
        try:
            options = parse_options(body)
            documents = parse(body)
        except RequestError as error:
            return problem(422, str(error))
        self.documents = len(documents)
        self.characters = characters_of(documents)
        self.came = came_of(documents)
        if not options.store:
            # The same text gives the same answer anyway, and keeping the answer would keep the text.
            return answer(request, documents, options)
        return idempotency.once(request, lambda: answer(request, documents, options))


def answer(request: Request, documents: list[Incoming], options: Options) -> Response:
    client, request_id = client_of(request), uuid.uuid4()
    readable = [document for document in documents if document.note]
    if not readable:
        return answers.nothing_readable(documents)
    texts = [document.note.text for document in readable if document.note]
    pending = serving.engine().submit(client.project_id, texts, route_key=_route_key(readable, request_id))
    if options.store:
        _mark_changed(client, readable)
    build = notes.builder(project=client.project, origin=Note.Origin.API) if options.store else None
    ahead = [_ahead(document, build) for document in readable]
    answered = pending.answer()
    found: dict[int, answers.Found] = {}
    kept: list[Document] = []
    for document, done, entities in zip(readable, ahead, answered.entities, strict=True):
        if done:
            found[id(document)] = answers.Found(entities, done.prediction_id, done.cues)
            kept.append(Document(done.prediction_id, done.note, done.length, entities))
    if not found:
        return answers.nothing_readable(documents)
    entry = Entry(
        client.project, client.pk, request_id, timezone.now(), answered.served, answered.milliseconds, kept,
        answered.missed, options.client_ref,
    )  # fmt: skip
    prediction_log.offer(entry)
    doubt = max(client.project.doubt_threshold, answered.served.review_below)
    told = answers.body(request_id, answered.served, documents, found, options=options, doubt=doubt)
    return Response(fhir.bundle(told) if fhir.asked(request) else told)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is done of a document while the model is at work: the note as the log will keep it, the cues of its text."""

    prediction_id: uuid.UUID
    note: SealedNote | None
    length: int
    cues: Cues


def _ahead(document: Incoming, build: Callable[[NewNote], Note] | None) -> Ahead | None:
    """None for a document with errors; one that is kept (by `build`) and came without an id gets one."""
    if document.note is None or document.errors:
        return None
    prediction_id, note = uuid.uuid4(), None
    if build:
        document.id = document.id or str(prediction_id)
        note = sealed(build(replace(document.note, external_id=document.id)))
    text = document.note.text
    return Ahead(prediction_id, note, len(text), cues_of(text))


def _route_key(documents: Sequence[Incoming], request_id: uuid.UUID) -> str:
    """For whom is asked: a doctor always gets the same model; else the note does."""
    first = documents[0]
    doctor = first.note.doctor if first.note else ""
    return doctor or first.id or str(request_id)


def _mark_changed(client: Client, documents: Sequence[Incoming]) -> None:
    """An id that comes with another text than before is an error of its document."""
    ids = [document.id for document in documents if document.id]
    if not ids:
        return
    try:
        known = notes.known(project=client.project, external_ids=ids)
    except (DatabaseError, InterfaceError):
        # Nobody waits for the database: the log keeps the first text of an id, whatever comes after it.
        return
    for document in documents:
        note = known.get(document.id)
        if note and document.note and not notes.same_text(note, document.note.text):
            document.errors = [notes.ANOTHER_TEXT]
