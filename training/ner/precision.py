"""How often each known term is right where it matches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from training.ner.gold import Gold
from training.ner.matcher import Precisions
from training.ner.phrases import Phrases, Words

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]


def matched(gold: Gold, phrases: Phrases, labels: Sequence[str], advance: Callable[[], None]) -> tuple[Counts, Counts]:
    """How often each term was the longest match, and how often that was gold with its label, shape (terms,) each."""
    found, right = np.zeros(len(phrases)), np.zeros(len(phrases))
    for doc, mentions in zip(gold.docs, gold.mentions, strict=True):
        advance()
        expected = set(mentions)
        for start, end, code, key in Words(doc).matches(phrases) if len(doc) else ():
            at = np.searchsorted(phrases.keys, key)
            found[at] += 1
            right[at] += (start, end, labels[code - 1]) in expected
    return found, right


def smoothed(found: Counts, right: Counts, phrases: Phrases, static: Mask) -> Precisions:
    """The precision of each term, in (0, 1), shape (terms,)."""
    priors = np.full(len(phrases), 0.5)
    for code in np.unique(phrases.codes):
        listed = static & (phrases.codes == code)
        seen = listed & (found > 0)
        priors[listed] = ((right[seen] / found[seen]).sum() + 1) / (seen.sum() + 2)
    precisions: Precisions = ((right + priors) / (found + 1)).astype(np.float32)
    return precisions
