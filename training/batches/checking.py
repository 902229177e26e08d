"""Rows become notes by the one schema of :mod:`annotation.intake`; an id stands once in an upload. No Django."""

from __future__ import annotations

from typing import NamedTuple

from annotation.intake import TWICE, Ids, read_note
from annotation.intake_counts import faulty_fields
from training.batches.chunk_files import ChunkRow
from training.batches.rows import Row


class Checked(NamedTuple):
    """The note, or None; its id as far as it is one; why it can't be taken; its fields with a fault."""

    note: ChunkRow | None
    external_id: str
    errors: list[str]
    faulty: frozenset[str] = frozenset()


class Checker:
    """Looks at the rows of one upload, one after the other."""

    def __init__(self) -> None:
        self._ids = Ids()

    def check(self, row: Row) -> Checked:
        """A facet that can't be kept is an error, as in every file: a result has no room for warnings."""
        if row.fault:
            return Checked(None, "", [row.fault])
        read = read_note(row.fields, strict=True)
        errors = [fault.sentence for fault in read.errors]
        # An id counts only with a note that is kept.
        if not errors and self._ids.twice(read.id):
            errors = [TWICE]
        if errors:
            return Checked(None, read.id, errors, faulty_fields(read))
        note = ChunkRow(row.number, read.id, read.text, read.patient, read.doctor, read.facets)
        return Checked(note, read.id, [], faulty_fields(read))
