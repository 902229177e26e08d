"""A pipeline read over documents with gold, a few at a time, so that there is a moment to report or to cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from annotation.spans import Counts, exact_counts
from training.ner.documents import Document
from training.ner.predict import spans_of

CHUNK = 8  # documents between two ticks


def read_over(nlp: Language, documents: Sequence[Document], tick: Callable[[], None]) -> Iterator[tuple[Document, Doc]]:
    """Each document with what `nlp` makes of it."""
    for start in range(0, len(documents), CHUNK):
        tick()
        chunk = documents[start : start + CHUNK]
        yield from zip(chunk, list(nlp.pipe([d.text for d in chunk])), strict=True)


def counts_on(nlp: Language, documents: Sequence[Document], tick: Callable[[], None]) -> Counts:
    """Exact matches of character spans and label over all documents."""
    counts = Counts()
    for document, doc in read_over(nlp, documents, tick):
        counts += exact_counts(document.spans, [found.span for found in spans_of(doc)])
    return counts
