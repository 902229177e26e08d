"""Simulated scores of notes: recall varies from note to note, so that errors cluster as they do in real ones."""

import numpy as np

from annotation.spans import Counts
from training.comparison import NoteScore

LABELS = ("DISEASE", "TREATMENT")


def one_note(number, per_label, **facets):
    """A note from {label: (tp, fp, fn)}."""
    counts = {label: Counts(*three) for label, three in per_label.items()}
    return NoteScore(number, sum(counts.values(), Counts()), counts, facets)


def gold_notes(source, count):
    """(entities of each label, how easy the note is) for each note: what two models share."""
    return [({label: int(source.integers(1, 4)) for label in LABELS}, source.beta(8, 2)) for _ in range(count)]


def scored(source, notes, p=0.85, losing=None):
    """A model of recall about `p` on each note; it finds fewer of the label `losing` {label: recall}."""
    rows = []
    for number, (gold, ease) in enumerate(notes):
        per_label = {}
        for label, entities in gold.items():
            recall = (losing or {}).get(label, p)
            tp = int(source.binomial(entities, np.clip(recall + 0.3 * (ease - 0.8), 0, 1)))
            per_label[label] = (tp, int(source.poisson(0.15)), entities - tp)
        rows.append(one_note(number, per_label, city=("Pune", "Agra")[number % 2]))
    return rows


def models(seed, count=200, first=0.85, second=0.85, **losing):
    """Two models on the same notes."""
    source = np.random.default_rng(seed)
    notes = gold_notes(source, count)
    return scored(source, notes, first, losing), scored(source, notes, second)
