"""Constraints from notes that were fine: those of the training snapshot, later those of the first healthy windows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, floor
from typing import Protocol, TypeVar

import numpy as np

from annotation.intake import FACETS
from annotation.intake_counts import Came
from monitoring.constraints.document import MOST_VALUES, STRING, TEXT, TYPES, Document, FieldRule
from monitoring.drift.rows import Of, whose

# From fewer notes no list of values is made, and no range of lengths.
ENOUGH_FOR_VALUES, ENOUGH_FOR_RANGE = 100, 50
LOW, HIGH = 0.005, 0.995


class Row(Of, Protocol):
    """A note in figures, such as drift's NoteRow: words of three letters or more, facets, the patient's pseudonym."""

    @property
    def words(self) -> int: ...
    @property
    def facets(self) -> Mapping[str, str]: ...


R = TypeVar("R", bound=Row)


def one_a_patient(rows: Sequence[R]) -> list[R]:
    """The first note of each patient: notes of one patient are alike. A note of nobody known stands for itself."""
    first: dict[str, R] = {}
    for name, row in zip(whose(rows), rows, strict=True):
        first.setdefault(name, row)
    return list(first.values())


def derive(rows: Sequence[Row], came: Came) -> Document:
    """Completeness and faults by the counts of what came, values and lengths by the rows; text is required."""
    n = came.documents
    if not n:
        return Document({})
    found = {}
    for name, (present, faulty) in came.fields.items():
        rule = FieldRule(
            type=TYPES.get(name, STRING),
            completeness=min(1.0, present / n),
            faulty=min(1.0, faulty / n),
            notes=n,
            required=name == TEXT,
        )
        found[name] = _with_values(name, rule, rows)
    return Document(found, came.unknown / n)


def _with_values(name: str, rule: FieldRule, rows: Sequence[Row]) -> FieldRule:
    if name in FACETS:
        return replace(rule, domain=_domain([row.facets[name] for row in rows if row.facets.get(name)]))
    if name == TEXT and len(rows) >= ENOUGH_FOR_RANGE:
        low, high = np.quantile([row.words for row in rows], (LOW, HIGH))
        return replace(rule, low=floor(low), high=ceil(high))
    return rule


def _domain(values: Sequence[str]) -> dict[str, float]:
    """The values with their shares, the most frequent first; none with too few notes or too many values."""
    counts = Counter(values)
    if len(values) < ENOUGH_FOR_VALUES or len(counts) > MOST_VALUES:
        return {}
    return {value: count / len(values) for value, count in counts.most_common()}


def came_of_rows(rows: Sequence[Row]) -> Came:
    """What is known of the fields of notes that were only kept as rows: not whether any was faulty or unknown."""
    came = Came(fields={})
    for name in (TEXT, "patient", *FACETS):
        came.fields[name] = [0, 0]
    for row in rows:
        came.count({TEXT: True, "patient": row.patient, **row.facets}, (), refused=False)
    return came
