"""``dictionary``: the baseline. Terms of the static lists and of the gold, each with how often a match of it is right.

A term's precision is (right + prior) / (matches + 1) over the training notes. The prior of a static term is the
mean precision of the terms of its list seen there, of another 1/2. Terms below the least precision are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from training.ner.clock import Clock
from training.ner.compiled import compile_static
from training.ner.fitting import begin, settle
from training.ner.gold import Gold, read
from training.ner.matcher import Matcher, Precisions
from training.ner.network import matching_model
from training.ner.params import Param
from training.ner.phrases import Phrases, Words
from training.ner.spec import Order, Recipe, Trained
from training.ner.terms import has_terms

Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.float64]


def fit(order: Order) -> Trained:
    """Count every term's matches and keep the terms that are right often enough."""
    begin(order)
    clock = Clock(order.report, "training", 2 * len(order.train))
    nlp = matching_model()
    gold = read(nlp, order.train, clock.advance)
    phrases, static = terms(gold, order.labels, clock.tick)
    precisions = smoothed(*matched(gold, phrases, order.labels, clock.advance), phrases, static)
    kept = precisions >= order.settings["least_precision"]
    component: Any = nlp.get_pipe("ner")
    matcher: Matcher = component
    matcher.labels = list(order.labels)
    matcher.phrases = Phrases(phrases.keys[kept], phrases.codes[kept])
    matcher.precisions = precisions[kept]
    return settle(nlp, order, gold, clock)


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


RECIPE = Recipe(
    name="dictionary",
    title="Dictionary",
    summary="Known terms of the medical lists and of the gold, wherever they stand: seconds to train, the baseline "
    "that every model must beat.",
    settings={
        "least_precision": Param("float", 0.5, 0.0, 1.0, help="Terms that are right less often than this are left out"),
    },
    fit=fit,
)
