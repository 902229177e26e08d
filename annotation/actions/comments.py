"""Comments on a note, encrypted under the note's own key."""

from __future__ import annotations

import uuid
from typing import Any

from annotation.actions import doubles
from annotation.errors import ActionError
from annotation.models import Comment, Note, Task, User

MAX_TEXT = 2000


def add(*, note: Note, by: User, text: str, name: str = "") -> Comment:
    """Keep what `by` says about the note; it may quote the note and is erased with it.

    `name` is a UUID that the page made up: the same one again is the same comment, not a second one.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise ActionError("The comment is empty; write a few words.")
    if len(text) > MAX_TEXT:
        raise ActionError(f"The comment has {len(text):,} characters, more than {MAX_TEXT:,}; shorten it.")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ActionError("The comment has half a character in it; write it anew.")
    uid = _uid(name)
    sealed = note.seal_beside(text, bound_to=uid.bytes)
    values = {"project_id": note.project_id, "ciphertext": sealed}
    comment, created = Comment.objects.get_or_create(uid=uid, defaults={**values, "note": note, "author": by})
    if not created and (comment.note_id, comment.author_id) != (note.pk, by.pk):
        raise ActionError("Another comment has this name; write it anew.")
    return comment


def _uid(name: str) -> uuid.UUID:
    try:
        return uuid.UUID(name) if name else uuid.uuid4()
    except ValueError as error:
        raise ActionError("The comment's name is no UUID; reload the page and try again.") from error


def told(*, task: Task, by: User) -> list[dict[str, Any]]:
    """The note's comments, oldest first, as far as the holder of `task` may know them.

    What a colleague says of a note that is annotated twice would give away their view: hidden until it is settled.
    """
    rows = list(task.note.comments.select_related("author").order_by("pk"))
    if rows and task.doubled and task.reason != Task.Reason.ADJUDICATE and not doubles.is_settled(task.note):
        rows = [row for row in rows if row.author_id == by.pk]
    return [
        {
            "uid": str(row.uid),
            "author": "you" if row.author_id == by.pk else str(row.author),
            "at": row.created_at.isoformat(),
            "text": row.text,
        }
        for row in rows
    ]
