"""Somebody who reads a note finds it wrong, or is not sure: it is annotated once more."""

from __future__ import annotations

from django.db import transaction

from annotation.actions import assignments, doubles
from annotation.errors import ActionError
from annotation.models import Note, Task, User

Reason = Task.Reason


@transaction.atomic
def correct(*, note: Note, by: User) -> Task:
    """A task to correct the note, for `by` alone; the one that there is already when they asked before."""
    doubles.lock(note.pk)
    own = note.tasks.unfinished().filter(reason=Reason.DISAGREEMENT, reserved_for=by).first()
    if own:
        return own
    opened = assignments.open_for_notes(
        project=note.project, note_ids=[note.pk], reason=Reason.DISAGREEMENT, by=by, reserved_for=by
    )
    if not opened.notes:
        raise ActionError(f"This note can't be corrected now: it is {', '.join(opened.left_out)}.")
    return note.tasks.unfinished().get(reason=Reason.DISAGREEMENT, reserved_for=by)


def ask_for_second_opinion(*, note: Note, by: User) -> None:
    """Somebody else annotates the note too, blind; what differs goes to a reviewer."""
    opened = assignments.open_for_notes(project=note.project, note_ids=[note.pk], reason=Reason.DOUBLE, by=by)
    if not opened.notes:
        raise ActionError(f"A second opinion can't be asked for now: the note is {', '.join(opened.left_out)}.")
