"""Evaluation rows: made from a pipeline and items with gold, and read back as counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spacy.language import Language

from annotation.models import FACETS
from annotation.spans import Counts
from training import ner, scoring
from training.comparison import NoteScore
from training.models import DatasetItem, Evaluation
from training.statistics import score

# Slices of fewer notes are noise and are left out of the table; the gate has its own minimum.
FEWEST = 5


def build(nlp: Language, items: Sequence[DatasetItem], labels: Sequence[str]) -> Evaluation:
    """An unsaved row of what `nlp` makes of the notes of `items`; the caller says whose it is."""
    documents = [ner.Document(str(i.note_id), i.note.text, tuple(i.annotation.spans)) for i in items]
    found = ner.predict(nlp, [document.text for document in documents])
    spans = [[entity.span for entity in entities] for entities in found]
    counted = scoring.count([d.spans for d in documents], spans, labels)
    scores, per_label = scoring.summary(counted, labels)
    rows = [_row(d, *each) for d, each in zip(documents, counted, strict=True)]
    return Evaluation(
        scores=scores,
        per_label=per_label,
        slices=_slices(items, rows),
        per_note=rows,
        found={d.id: [[s.start, s.end, s.label] for s in each] for d, each in zip(documents, spans, strict=True)},
        misaligned=ner.count_misaligned(nlp, documents),
    )


def _row(document: ner.Document, total: Counts, by_label: Mapping[str, Counts]) -> list[Any]:
    return [int(document.id), *_numbers(total), {label: _numbers(counts) for label, counts in by_label.items()}]


def _numbers(counts: Counts) -> list[int]:
    return [counts.tp, counts.fp, counts.fn]


def _slices(items: Sequence[DatasetItem], rows: Sequence[list[Any]]) -> dict[str, dict[str, Any]]:
    slices: dict[str, dict[str, Any]] = {}
    for facet in FACETS:
        by_value: dict[str, list[Counts]] = {}
        for item, row in zip(items, rows, strict=True):
            if value := getattr(item.note, facet):
                by_value.setdefault(value, []).append(Counts(*row[1:4]))
        told = {value: score(counts) for value, counts in sorted(by_value.items()) if len(counts) >= FEWEST}
        if told:
            slices[facet] = told
    return slices


def counts(evaluation: Evaluation) -> list[Counts]:
    """The counts of each note, in the row's order."""
    return [Counts(*row[1:4]) for row in evaluation.per_note]


def note_scores(evaluation: Evaluation, facets: Mapping[int, Mapping[str, str]]) -> list[NoteScore]:
    """What comparisons read of each note; `facets` by note id."""
    return [
        NoteScore(
            row[0],
            Counts(*row[1:4]),
            {label: Counts(*numbers) for label, numbers in (row[4] if len(row) > 4 else {}).items()},
            facets.get(row[0], {}),
        )
        for row in evaluation.per_note
    ]
