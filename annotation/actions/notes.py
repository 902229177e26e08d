"""Notes come in: encrypted, with pseudonyms, and drawn into the audit sample by lot."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from annotation.actions import copying, indexing
from annotation.keys import draw, fingerprint, keyring, pseudonym
from annotation.models import FACETS, Note, Project, Task
from annotation.spans import check_text

ANOTHER_TEXT = "This id came with another text before, and a note never changes; use a new id."


@dataclass(frozen=True, slots=True)
class NewNote:
    """What is told about a note when it arrives. ``text`` is kept exactly."""

    external_id: str
    text: str
    patient: str = ""
    doctor: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)


def build(*, project: Project, new: NewNote, origin: Note.Origin) -> Note:
    """An unsaved Note. Raises TextError when the text can't be taken."""
    return builder(project=project, origin=origin)(new)


def builder(*, project: Project, origin: Note.Origin) -> Callable[[NewNote], Note]:
    """:func:`build` for many notes."""
    first, ring = Note(project=project, origin=origin), keyring()

    def built(new: NewNote) -> Note:
        uid = uuid.uuid4()
        sealed = ring.seal(check_text(new.text), bound_to=uid.bytes)
        return copying.like(
            first,
            uid=uid,
            external_id=new.external_id or str(uid),
            ciphertext=sealed.ciphertext,
            wrapped_key=sealed.wrapped_key,
            key_id=sealed.key_id,
            fingerprint=fingerprint(project.pk, new.text),
            length=len(new.text),
            patient=pseudonym("patient", new.patient),
            doctor=pseudonym("doctor", new.doctor),
            received_at=timezone.now(),
            **{name: new.facets.get(name, "") for name in FACETS},
        )

    return built


def add(*, project: Project, news: Iterable[NewNote], origin: Note.Origin) -> list[Note]:
    """Store notes in the order given, all or none. Ids that the project has already are the caller's to sort out."""
    # Built before the first query: a text that can't be taken leaves the caller's transaction as it was.
    rows = list(map(builder(project=project, origin=origin), news))
    with transaction.atomic():
        added = copying.insert(rows)
        indexing.mark([note.pk for note in added])
    return added


def keep(*, project: Project, rows: Sequence[Note]) -> list[Note | None]:
    """Store notes that were built before, each once; which note of the project each of them is now.

    The note known by the same id when its text is the same; None when the id is known with another text, for a note
    never changes. Raises IntegrityError when somebody else stores one of the ids at this moment: try again.
    """
    present = known(project=project, external_ids=[row.external_id for row in rows])
    fresh: dict[str, Note] = {}
    for row in rows:
        if row.external_id not in present:
            fresh.setdefault(row.external_id, row)
    with transaction.atomic():
        added = copying.insert(list(fresh.values()))
        indexing.mark([note.pk for note in added])
        open_audits(project=project, notes=added)
    present |= {note.external_id: note for note in added}
    found = [present[row.external_id] for row in rows]
    return [note if note.fingerprint == row.fingerprint else None for note, row in zip(found, rows, strict=True)]


def known(*, project: Project, external_ids: Iterable[str]) -> dict[str, Note]:
    """The project's notes with these ids, without their texts."""
    rows = Note.objects.filter(project=project, external_id__in=list(external_ids)).defer("ciphertext")
    return {note.external_id: note for note in rows}


def same_text(note: Note, text: str) -> bool:
    return note.fingerprint == fingerprint(note.project_id, text)


def open_audits(*, project: Project, notes: Sequence[Note]) -> list[Task]:
    """Blind audit tasks for the share of `notes` that the lot draws."""
    drawn = [note for note in notes if draw(str(note.uid), project.audit_rate)]
    return open_tasks(project=project, notes=drawn, reason=Task.Reason.RANDOM_AUDIT)


def open_tasks(*, project: Project, notes: Sequence[Note], reason: Task.Reason) -> list[Task]:
    """A task a note, in the order in which the notes came; audits are blind.

    For the share of notes that the lot draws, two: both blind, for two people.
    """
    rows: list[Task] = []
    first = Task(project=project, reason=reason, blind=reason == Task.Reason.RANDOM_AUDIT)
    twice = Task(project=project, reason=reason, blind=True, doubled=True)
    second = Task(project=project, reason=Task.Reason.DOUBLE, blind=True, doubled=True)
    for note in notes:
        doubled = draw(str(note.uid), project.double_share, kind="double")
        rows += [
            copying.like(one, note_id=note.pk, position=note.pk) for one in ((twice, second) if doubled else (first,))
        ]
    return copying.insert(rows)
