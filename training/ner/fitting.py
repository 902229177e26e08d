"""How every recipe with a network trains: examples, first weights, the loop, the temperature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import spacy
from spacy.language import Language
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from training.ner.calibration import fit_on
from training.ner.clock import Clock
from training.ner.gold import Gold, read, tag
from training.ner.loop import Loop, Optimizer
from training.ner.scores import counts_on
from training.ner.settings import Settings
from training.ner.spec import Order, Trained


def begin(order: Order) -> None:
    """Fix the seeds, and use a GPU when there is one."""
    fix_random_seed(order.seed)
    spacy.prefer_gpu()


def fit(loop: Loop, order: Order) -> Trained:
    """Train the untrained pipeline of `loop` and fit its temperature."""
    loop.tell(always=True)
    gold = read(loop.nlp, order.train, loop.tell)
    if loop.nlp.has_pipe("dictionary"):
        tag(loop.nlp, gold, order.labels, loop.tell, folds=loop.settings.folds, seed=order.seed)
    examples = gold.examples(loop.tell)
    initialize(loop.nlp, examples, order.labels)
    loop.tell()
    loop.run(examples, adam(loop.settings))
    return finish(loop, order, gold)


def initialize(nlp: Language, examples: Sequence[Example], labels: Sequence[str]) -> None:
    """First weights, for `labels`."""
    ner: Any = nlp.get_pipe("ner")
    for label in labels:
        ner.add_label(label)
    nlp.initialize(lambda: examples[:10])


def adam(settings: Settings) -> Optimizer:
    """The optimiser of the house: weight decay as spaCy's defaults, and averaged weights."""
    return Adam(settings.learn_rate, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True)


def finish(loop: Loop, order: Order, gold: Gold) -> Trained:
    """The trained pipeline of `loop` with its temperature."""
    temperature = fit_on(loop.nlp, order.dev, default=loop.settings.temperature, tick=loop.tell)
    return Trained(loop.nlp, temperature, gold.cut, loop.history)


def settle(nlp: Language, order: Order, gold: Gold, clock: Clock) -> Trained:
    """A trained pipeline without a network, with its temperature and its F1 on the dev documents."""
    temperature = fit_on(nlp, order.dev, default=1.0, tick=clock.tick)
    clock.finish(counts_on(nlp, order.dev, clock.tick).f1 if order.dev else None)
    return Trained(nlp, temperature, gold.cut, clock.history)
