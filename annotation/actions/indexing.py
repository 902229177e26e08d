"""Tell the notes' index that notes changed; a worker brings it up to date within seconds."""

from __future__ import annotations

from collections.abc import Iterable

from annotation.models import IndexDue


def mark(note_ids: Iterable[int]) -> None:
    """The index rows of these notes are behind. Part of the caller's transaction, so that no change is missed."""
    IndexDue.objects.bulk_create((IndexDue(note_id=note_id) for note_id in note_ids), batch_size=1000)
