"""``POST /api/v1/notes``: notes of another system, for annotators."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from annotation.access import client_of
from annotation.actions import arrivals, notes
from annotation.actions.arrivals import Arrival
from annotation.intake import TWICE, Ids, Read, read_note
from annotation.intake_counts import Came, faulty_fields
from annotation.models import IntakeHour, Project
from webapp.api import idempotency, rows
from webapp.api.documents import RequestError, new_note
from webapp.api.openapi import IDEMPOTENCY_KEY, as_json, describe
from webapp.api.problems import problem
from webapp.api.schemas.build import ref
from webapp.api.scopes import ScopedView

logger = logging.getLogger(__name__)


class NotesInView(ScopedView):
    scopes: ClassVar[dict[str, str]] = {"POST": "write"}
    origin = IntakeHour.Origin.NOTES

    @describe(
        "Notes for annotators",
        tag="Integration",
        scope="write",
        body=as_json(ref("NotesRequest")),
        answers={200: as_json(ref("NotesAnswer"))},
        errors=(409,),
        asked=(IDEMPOTENCY_KEY,),
    )
    def post(self, request: Request) -> Response:
        try:
            sent = rows.rows_of(request.data, "notes")
        except RequestError as error:
            return problem(422, str(error))
        ids = Ids()
        read = [read_note(row) for row in sent]
        answers = [_read_row(row, ids) for row in read]
        self.came = _came(sent, read, answers)
        return idempotency.once(request, lambda: _taken(request, read, answers))


def _came(sent: Sequence[Mapping[str, Any]], read: Sequence[Read], answers: Sequence[dict[str, Any]]) -> Came:
    came = Came()
    for row, note, answer in zip(sent, read, answers, strict=True):
        came.count(row, faulty_fields(note), refused=bool(answer["errors"]))
    return came


def _taken(request: Request, read: Sequence[Read], answers: list[dict[str, Any]]) -> Response:
    client = client_of(request)
    good = [(row, answer) for row, answer in zip(read, answers, strict=True) if not answer["errors"]]
    _store(client.project, good)
    added = sum(answer["status"] == Arrival.ADDED for answer in answers)
    logger.info("client %s sent %s notes, %s are new", client.pk, len(read), added)
    return rows.told("notes", answers)


def _read_row(read: Read, ids: Ids) -> dict[str, Any]:
    errors, warnings = ([fault.sentence for fault in faults] for faults in (read.errors, read.warnings))
    if ids.twice(read.id):
        errors.append(TWICE)
    return {"id": read.id or None, "status": rows.ERROR, "errors": errors, "warnings": warnings}


def _store(project: Project, good: Sequence[tuple[Read, dict[str, Any]]]) -> None:
    """Store the notes and write into each answer what became of it; one without an id gets one."""
    news = [replace(new_note(read), external_id=read.id or str(uuid.uuid4())) for read, _ in good]
    became = arrivals.receive(project=project, news=news)
    for new, (_, answer), (_, arrival) in zip(news, good, became, strict=True):
        answer |= {"id": new.external_id, "status": str(arrival)}
        if arrival == Arrival.CONFLICT:
            answer["errors"].append(notes.ANOTHER_TEXT)
