"""The terms a dictionary can know: those of the static lists and of the gold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from training.ner.compiled import compile_static
from training.ner.gold import Gold
from training.ner.phrases import Phrases, Words
from training.ner.terms import has_terms

Mask = npt.NDArray[np.bool_]


def terms(gold: Gold, labels: Sequence[str], tick: Callable[[], None]) -> tuple[Phrases, Mask]:
    """All known terms with the place of their label, from 1, and which of them are static, shape (terms,)."""
    votes: dict[int, Counter[int]] = {}
    for doc, mentions in zip(gold.docs, gold.mentions, strict=True):
        tick()
        words = Words(doc) if mentions else None
        for start, end, label in mentions:
            key = words.key(start, end) if words else None
            if key is not None:
                votes.setdefault(int(key), Counter())[labels.index(label) + 1] += 1
    keys = np.array(list(votes), dtype=np.uint64)
    codes = np.array([min(vote, key=lambda code: (-vote[code], code)) for vote in votes.values()], dtype=np.uint8)
    static = compile_static(labels, tick)
    places = np.array([0, *(at for at, label in enumerate(labels, start=1) if has_terms(label))], dtype=np.uint8)
    new = ~np.isin(static.keys, keys)
    phrases = Phrases(
        np.concatenate([keys, static.keys[new]]), np.concatenate([codes, places[static.codes[new]]]).astype(np.uint8)
    )
    return phrases, np.isin(phrases.keys, static.keys)
