"""Scores of recognisers that are no network: a probability, made milder or sharper by one temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc, Span

from training.ner.confidence import SCORES
from training.ner.temperature import LIMITS, Floats


@dataclass(frozen=True, slots=True)
class Logits:
    """The log odds of some entities, shape (entities,)."""

    logits: Floats

    def scores(self, temperature: float) -> Floats:
        """The probability of each entity, shape (entities,), in (0, 1)."""
        scores: Floats = 1 / (1 + np.exp(-self.logits / temperature))
        return scores.clip(*LIMITS)


def logits_of(probabilities: Sequence[float]) -> Floats:
    """Log odds of probabilities in [0, 1], finite."""
    clipped = np.asarray(probabilities, dtype=np.float64).clip(*LIMITS)
    odds: Floats = np.log(clipped / (1 - clipped))
    return odds


class Tempered:
    """A component that writes ``{(start, end): score}`` in tokens to ``doc.user_data[SCORES]``."""

    temperature: float = 1.0

    def put(self, doc: Doc, found: Sequence[tuple[Span, float]]) -> Doc:
        """Give `doc` the entities `found`, each with its probability before the temperature."""
        scores = Logits(logits_of([probability for _, probability in found])).scores(self.temperature)
        doc.ents = [span for span, _ in found]
        places = [(span.start, span.end) for span, _ in found]
        doc.user_data[SCORES] = dict(zip(places, scores.tolist(), strict=True))
        return doc

    def steps(self, docs: Sequence[Doc]) -> Logits:
        """The log odds of the entities of `docs`, which must have run through this component."""
        scores = [doc.user_data[SCORES][ent.start, ent.end] for doc in docs for ent in doc.ents]
        return Logits(logits_of(scores) * self.temperature)
