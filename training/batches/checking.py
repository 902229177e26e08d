"""Rows become notes by the same rules as a request to extract; an id stands once in an upload. No Django."""

from __future__ import annotations

from hashlib import blake2b

from annotation.spans import TextError, check_text
from training.batches.chunk_files import ChunkRow
from training.batches.rows import Row


class Checker:
    """Looks at the rows of one upload, one after the other. Remembers 8 bytes of a hash for each id."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def check(self, row: Row) -> tuple[ChunkRow | None, str, list[str]]:
        """The note, or None; its id as far as it is one; the reasons why it can't be taken."""
        if row.fault:
            return None, "", [row.fault]
        name = str(row.fields.get("id", ""))[:200]
        try:
            text = check_text(row.fields.get("text"))
        except TextError as error:
            return None, name, [str(error)]
        if name and not self._is_new(name):
            return None, name, ["The id was used before in this upload; give each note its own."]
        return ChunkRow(row.number, name, text), name, []

    def _is_new(self, external_id: str) -> bool:
        key = int.from_bytes(blake2b(external_id.encode(), digest_size=8).digest())
        known = key in self._seen
        self._seen.add(key)
        return not known
