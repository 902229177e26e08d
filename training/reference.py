"""A profile of notes and of a model's answers to them: counts and histograms that drift is measured against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from annotation.models import FACETS, Note
from annotation.spans import ScoredSpan
from training import ner, snapshots
from training.artefacts import nlp_of
from training.models import Dataset, DatasetItem, ModelVersion

BATCH = 64
# Edges of bins: words a note, entities a hundred words, an entity's score.
WORDS = (5, 10, 20, 40, 60, 80, 120, 160, 240, 480)
DENSITY = (1, 2, 4, 6, 8, 12, 16, 24, 32)
SCORE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
Progress = Callable[[float, str], None]


def profile_of(model: ModelVersion, dataset: Dataset, progress: Progress) -> dict[str, Any]:
    """The model's answers on the dataset's calibration and test notes, which it did not learn from.

    ``{notes, words, density, scores, labels, facets}``: counts, histograms with their edges, values of facets.
    """
    items = [
        item
        for split in (DatasetItem.Split.DEV, DatasetItem.Split.TEST)
        for item in snapshots.items_of(dataset, split).iterator(500)
    ]
    found: list[list[ScoredSpan]] = []
    for start in range(0, len(items), BATCH):
        found += ner.predict(nlp_of(model), [item.note.text for item in items[start : start + BATCH]])
        progress(min(1.0, (start + BATCH) / max(1, len(items))), f"{len(found):,} of {len(items):,} notes")
    return profile([item.note for item in items], found)


def profile(notes: Sequence[Note], found: Sequence[Sequence[ScoredSpan]]) -> dict[str, Any]:
    """As :func:`profile_of`, of notes and what was found in each."""
    words = [len(note.text.split()) for note in notes]
    density = [100 * len(spans) / max(1, count) for spans, count in zip(found, words, strict=True)]
    entities = [span for spans in found for span in spans]
    return {
        "notes": len(notes),
        "entities": len(entities),
        "words": histogram(words, WORDS),
        "density": histogram(density, DENSITY),
        "scores": histogram([span.score for span in entities], SCORE),
        "labels": dict(sorted(Counter(span.label for span in entities).items())),
        "facets": {name: dict(sorted(Counter(getattr(note, name) for note in notes).items())) for name in FACETS},
    }


def histogram(values: Sequence[float], edges: Sequence[float]) -> dict[str, list[float]]:
    """Counts of values below the first edge, between edges, and from the last one on: one more than edges."""
    counts = [0] * (len(edges) + 1)
    for value in values:
        counts[sum(value >= edge for edge in edges)] += 1
    return {"edges": list(edges), "counts": [float(count) for count in counts]}
