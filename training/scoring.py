"""How good a model is on documents with gold: strict spans, with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language

from annotation.spans import Counts, Span, exact_counts, exact_counts_per_label
from training import ner
from training.statistics import score

NoteCounts = tuple[Counts, dict[str, Counts]]


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
    """Scores over all notes, per label, and the counts of each note; see :func:`count`."""
    rows = count(gold, predicted, labels)
    return *summary(rows, labels), [total for total, _ in rows]


def count(
    gold: Sequence[Sequence[Span]], predicted: Sequence[Sequence[Span]], labels: Sequence[str]
) -> list[NoteCounts]:
    """The counts of each note, in all and per label.

    Only spans of `labels` count: a retired label stays in old gold, and an old model still finds it.
    """
    gold, predicted = (
        [[span for span in spans if span.label in labels] for spans in rows] for rows in (gold, predicted)
    )
    return [(exact_counts(g, p), exact_counts_per_label(g, p)) for g, p in zip(gold, predicted, strict=True)]


def summary(rows: Sequence[NoteCounts], labels: Sequence[str]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Scores over all notes, and per label."""
    per_label = {label: score([by_label.get(label, Counts()) for _, by_label in rows]) for label in labels}
    return score([total for total, _ in rows]), per_label
