"""``dictionary``: the baseline. Terms of the static lists and of the gold, each with how often a match of it is right.

A term's precision is (right + prior) / (matches + 1) over the training notes. The prior of a static term is the
mean precision of the terms of its list seen there, of another 1/2. Terms below the least precision are left out.
"""

from __future__ import annotations

from typing import Any

from training.ner.clock import Clock
from training.ner.fitting import begin, settle
from training.ner.gold import read
from training.ner.known import terms
from training.ner.matcher import Matcher
from training.ner.network import matching_model
from training.ner.params import Param
from training.ner.phrases import Phrases
from training.ner.precision import matched, smoothed
from training.ner.spec import Order, Recipe, Trained


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
