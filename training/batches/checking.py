"""Rows become notes by the same rules as a request to extract; an id stands once in an upload. No Django."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from annotation.formats.records import FACETS
from annotation.spans import TextError, check_text
from training.batches.chunk_files import ChunkRow
from training.batches.rows import Row

MAX_WORD = 200


class Checker:
    """Looks at the rows of one upload, one after the other. Remembers 8 bytes of a hash for each id."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def check(self, row: Row) -> tuple[ChunkRow | None, str, list[str]]:
        """The note, or None; its id as far as it is one; the reasons why it can't be taken."""
        if row.fault:
            return None, "", [row.fault]
        said = row.fields.get("id")
        name = str(said) if type(said) is int else said or ""
        if not _is_word(name):
            return None, "", [f"The id is no string of at most {MAX_WORD} printable characters; shorten it."]
        try:
            text = check_text(row.fields.get("text"))
        except TextError as error:
            return None, name, [str(error)]
        if name and not self._is_new(name):
            return None, name, ["The id was used before in this upload; give each note its own."]
        patient, doctor, *facets = (_word(row.fields.get(field)) for field in ("patient", "doctor", *FACETS))
        said_facets = {facet: value for facet, value in zip(FACETS, facets, strict=True) if value}
        return ChunkRow(row.number, name, text, patient, doctor, said_facets), name, []

    def _is_new(self, external_id: str) -> bool:
        key = int.from_bytes(blake2b(external_id.encode(), digest_size=8).digest())
        known = key in self._seen
        self._seen.add(key)
        return not known


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_WORD and (value == "" or value.isprintable())


def _word(value: Any) -> str:
    return value if _is_word(value) else ""
