"""What came in, counted by field: how often each was there and how often it was faulty; never a value. No Django."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotation.intake import FIELDS, Read


def _no_field() -> dict[str, list[int]]:
    return {name: [0, 0] for name in FIELDS}


@dataclass(slots=True)
class Came:
    """Documents, those `refused` as no notes, those with an `unknown` field; `fields`: [present, faulty] by field.

    A field with a warning is faulty too. A field that is null or empty is not present.
    """

    documents: int = 0
    refused: int = 0
    unknown: int = 0
    fields: dict[str, list[int]] = field(default_factory=_no_field)

    def count(self, row: Mapping[str, Any], faulty: Collection[str], *, refused: bool) -> None:
        """One document as it was sent, with the fields of it that have a fault."""
        self.documents += 1
        self.refused += refused
        known = 0
        for name, value in row.items():
            pair = self.fields.get(name)
            if pair is not None:
                known += 1
                pair[0] += value is not None and value != ""
        self.unknown += known < len(row)
        for name in faulty:
            if name in self.fields:
                self.fields[name][1] += 1

    def add(self, other: Came) -> None:
        self.documents += other.documents
        self.refused += other.refused
        self.unknown += other.unknown
        for name, (present, faulty) in other.fields.items():
            pair = self.fields.setdefault(name, [0, 0])
            pair[0] += present
            pair[1] += faulty


def faulty_fields(read: Read) -> frozenset[str]:
    """The fields of a note that have an error or a warning."""
    return frozenset(fault.field for faults in (read.errors, read.warnings) for fault in faults if fault.field)
