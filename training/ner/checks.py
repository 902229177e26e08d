"""Whether there is anything to learn from, and in which order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from training.ner.documents import Document, TrainingError


def check_documents(documents: Sequence[Document], labels: Sequence[str]) -> None:
    """Raise TrainingError when `documents` have no gold for `labels`, or gold of one label where several are asked."""
    found = Counter(span.label for d in documents for span in d.spans if span.label in set(labels))
    if not documents:
        raise TrainingError("There are 0 documents to train on; annotate some and make them gold.")
    if not found:
        raise TrainingError(
            f"The gold of {len(documents)} documents has no span of {', '.join(sorted(labels))}; annotate some."
        )
    if len(found) == 1 and len(set(labels)) > 1:
        raise TrainingError(
            f"The gold of {len(documents)} documents has only {next(iter(found))} spans, none of "
            f"{', '.join(sorted(set(labels) - set(found)))}; annotate that too, or the model learns never to find it."
        )


def in_order(documents: Sequence[Document], labels: Sequence[str]) -> list[Document]:
    """By id, so that the order of a query does not change the model; with the gold of `labels` only."""
    wanted = [replace(d, spans=tuple(s for s in d.spans if s.label in labels)) for d in documents]
    return sorted(wanted, key=lambda d: d.id)
