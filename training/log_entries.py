"""What is told to the log of predictions, and how it is kept until it is written: with every text encrypted."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from annotation.models import FACETS, Note, Project
from annotation.spans import ScoredSpan
from training.serving import Missed, Served

SealedNote = dict[str, Any]
PLAIN = ("external_id", "origin", "key_id", "fingerprint", "length", "patient", "doctor", *FACETS)


@dataclass(frozen=True, slots=True)
class Document:
    """One text that was answered: its prediction's id, the note as :func:`sealed` makes it, and what was found.

    `note` is None when the caller asked that nothing of the text be kept: then offsets, labels and scores are.
    """

    uid: UUID
    note: SealedNote | None
    length: int
    entities: Sequence[ScoredSpan]


@dataclass(frozen=True, slots=True)
class Entry:
    """One request that was answered."""

    project: Project
    client_id: int
    request_id: UUID
    at: datetime
    served: Served
    milliseconds: float
    documents: Sequence[Document]
    missed: Missed | None = None
    client_ref: str = ""


def pack(entry: Entry) -> bytes:
    """The entry as JSON; notes as their rows will be, ciphertext in base64."""
    missed = entry.missed
    row = {
        "project": entry.project.pk,
        "client": entry.client_id,
        "request": entry.request_id.hex,
        "ref": entry.client_ref,
        "at": entry.at.isoformat(),
        "by": [entry.served.model_id, entry.served.deployment_id],
        "ms": round(entry.milliseconds, 3),
        "missed": [missed.served.model_id, missed.served.deployment_id, missed.outcome, missed.milliseconds]
        if missed
        else None,
        "documents": [
            [one.uid.hex, one.length, [list(entity) for entity in one.entities], one.note] for one in entry.documents
        ],
    }
    return json.dumps(row, separators=(",", ":")).encode()


def sealed(note: Note) -> SealedNote:
    """An unsaved note, whose text is encrypted, as its entry has it."""
    parts = [base64.b64encode(bytes(part or b"")).decode() for part in (note.ciphertext, note.wrapped_key)]
    return {**{name: str(getattr(note, name)) for name in PLAIN}, "uid": note.uid.hex, "sealed": parts}


def unpack(record: bytes) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(record)
    return row


def note_of(row: dict[str, Any], kept: dict[str, Any]) -> Note:
    """The unsaved note of a document."""
    ciphertext, wrapped_key = (base64.b64decode(part) for part in kept["sealed"])
    plain = {name: kept[name] for name in PLAIN}
    plain["length"] = int(kept["length"])
    return Note(
        project_id=row["project"],
        uid=UUID(kept["uid"]),
        ciphertext=ciphertext,
        wrapped_key=wrapped_key,
        received_at=datetime.fromisoformat(row["at"]),
        **plain,
    )
