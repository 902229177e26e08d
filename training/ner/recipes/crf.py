"""``crf``: a conditional random field on hashed words, shapes and the dictionary's tags: the challenger."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import numpy as np

from training.ner import child
from training.ner.clock import Clock
from training.ner.crf import FieldRecognizer
from training.ner.features import table
from training.ner.fitting import begin, settle
from training.ner.gold import Gold, read, tag
from training.ner.network import field_model
from training.ner.params import Param
from training.ner.spec import Order, Recipe, Trained
from training.ner.tags import tags_of


def fit(order: Order) -> Trained:
    """Tag the notes with the cross-fitted dictionary, and train the field on them in a process of its own."""
    begin(order)
    clock = Clock(order.report, "training", 1000)
    nlp = field_model()
    component: Any = nlp.get_pipe("ner")
    field: FieldRecognizer = component
    field.labels = list(order.labels)
    field.key = hashlib.sha256(f"crf {order.seed}".encode()).digest()
    gold = read(nlp, order.train, clock.tick)
    tag(nlp, gold, order.labels, clock.tick, folds=5, seed=order.seed)
    arguments = [order.settings[name] for name in ("c1", "c2", "iterations")]
    field.use(child.run("crf", _arrays(field, gold, clock), arguments, clock.at))
    return settle(nlp, order, gold, clock)


def _arrays(field: FieldRecognizer, gold: Gold, clock: Clock) -> bytes:
    """The training texts as ``children/crf.py`` reads them."""
    tables = []
    for doc in gold.docs:
        clock.tick()
        tables.append(table(doc, field.key))
    lengths = np.array([len(doc) for doc in gold.docs])
    tags = [tags_of(len(doc), rows, field.labels) for doc, rows in zip(gold.docs, gold.mentions, strict=True)]
    stream = io.BytesIO()
    for array in (np.concatenate(tables), np.concatenate(tags), lengths[lengths > 0]):
        np.save(stream, array)
    return stream.getvalue()


RECIPE = Recipe(
    name="crf",
    title="CRF",
    summary="A conditional random field with dictionary features: trained in seconds, a challenger and a fallback.",
    settings={
        "c1": Param("float", 0.1, 0.0, 10.0, help="L1 penalty: more makes a smaller model"),
        "c2": Param("float", 0.1, 0.0, 10.0, help="L2 penalty: more makes a smoother model"),
        "iterations": Param("int", 80, 1, 1000, log=True, help="The most iterations of L-BFGS"),
    },
    fit=fit,
)
