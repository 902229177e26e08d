"""How good a model is on documents with gold: strict spans, with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language

from annotation.spans import Counts, Span, exact_counts, exact_counts_per_label
from training import ner
from training.statistics import score


@dataclass(frozen=True, slots=True)
class Scored:
    """``scores`` and each of ``per_label``: {precision, recall, f1, low, high, notes, entities}, fractions of 1.

    ``per_note`` keeps each document's counts, in the order given, for paired tests.
    """

    scores: dict[str, Any]
    per_label: dict[str, dict[str, Any]]
    per_note: list[Counts]
    misaligned: int


def evaluate(nlp: Language, documents: Sequence[ner.Document], labels: Sequence[str]) -> Scored:
    """Run `nlp` over `documents` and count exact matches with their gold, of `labels` alone."""
    found = ner.predict(nlp, [document.text for document in documents])
    predicted = [[entity.span for entity in entities] for entities in found]
    gold = [document.spans for document in documents]
    scores, per_label, per_note = compare(gold, predicted, labels)
    return Scored(scores, per_label, per_note, ner.count_misaligned(nlp, documents))


def compare(
    gold: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]], labels: Sequence[str]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]], list[Counts]]:
    """Scores over all notes, per label, and the counts of each note.

    Only spans of `labels` count: a retired label stays in old gold, and an old model still finds it.
    """
    gold, predicted = (
        [[span for span in spans if span.label in labels] for spans in rows] for rows in (gold, predicted)
    )
    per_note = [exact_counts(g, p) for g, p in zip(gold, predicted, strict=True)]
    rows = [exact_counts_per_label(g, p) for g, p in zip(gold, predicted, strict=True)]
    per_label = {label: score([row.get(label, Counts()) for row in rows]) for label in labels}
    return score(per_note), per_label, per_note
