"""Gold spans in tokens."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc

from annotation.spans import Span
from training.ner.documents import Document

Mentions = Sequence[tuple[int, int, str]]  # token start, token end (exclusive), label


def mentions_of(doc: Doc, spans: Sequence[Span]) -> tuple[list[tuple[int, int, str]], int]:
    """Gold spans in tokens, widened to the tokens they cut, and how many were cut; of overlapping ones the longest."""
    widened, cut = [], 0
    for span in spans:
        exact = doc.char_span(span.start, span.end)
        found = exact or doc.char_span(span.start, span.end, alignment_mode="expand")
        cut += exact is None
        if found is not None:
            widened.append((found.start, found.end, span.label))
    return _without_overlaps(widened), cut


def _without_overlaps(mentions: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for start, end, label in sorted(mentions, key=lambda m: (m[0] - m[1], m)):
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end, label))
    return sorted(kept)


def count_misaligned(nlp: Language, documents: Sequence[Document]) -> int:
    """How many gold spans of `documents` cut a token of `nlp`'s tokeniser."""
    return sum(mentions_of(nlp.make_doc(d.text), d.spans)[1] for d in documents)
