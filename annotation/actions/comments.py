"""Comments on a note, encrypted under the note's own key."""

from __future__ import annotations

import uuid

from annotation.errors import ActionError
from annotation.models import Comment, Note, User

MAX_TEXT = 2000


def add(*, note: Note, by: User, text: str) -> Comment:
    """Keep what `by` says about the note; it may quote the note and is erased with it."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise ActionError("The comment is empty; write a few words.")
    if len(text) > MAX_TEXT:
        raise ActionError(f"The comment has {len(text):,} characters, more than {MAX_TEXT:,}; shorten it.")
    uid = uuid.uuid4()
    sealed = note.seal_beside(text, bound_to=uid.bytes)
    return Comment.objects.create(project_id=note.project_id, note=note, uid=uid, author=by, ciphertext=sealed)
