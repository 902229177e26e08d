"""``update``: the champion learns on from new gold, with as much old gold beside it.

Without the old gold it would forget: in a shifted domain F1 on the old notes fell from 76.6 to 54.9 (`ml.md`). The
dictionary is learned anew from all of both, which takes seconds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from spacy.language import Language
from spacy.util import load_model_from_config

from training.ner.checks import in_order
from training.ner.documents import TrainingError
from training.ner.fitting import adam, begin, finish
from training.ner.gold import Gold, read, tag
from training.ner.loop import Loop
from training.ner.params import Param
from training.ner.recipes.network_params import NETWORK, network_settings
from training.ner.spec import Order, Recipe, Trained

FEWER = {
    "max_steps": replace(NETWORK["max_steps"], default=600),
    "min_steps": replace(NETWORK["min_steps"], default=60),
    "epochs": replace(NETWORK["epochs"], default=4.0),
    "batch_start": replace(NETWORK["batch_start"], default=400),
    "learn_rate": replace(NETWORK["learn_rate"], default=5e-4),
    "eval_every": replace(NETWORK["eval_every"], default=50),
    "patience": replace(NETWORK["patience"], default=300),
}
KEPT = ("batch_stop", "batch_compound", "dropout", "folds", "temperature")


def fit(order: Order) -> Trained:
    """Train a copy of the base on the new documents and as many of the old, drawn by the seed."""
    base = order.resources.base
    if base is None:
        raise TrainingError("There is no model in service to update; train one with the recipe clinical first.")
    _check(base, order.labels)
    begin(order)
    settings = network_settings(order)
    loop = Loop(copy_of(base), order.dev, settings, order.report)
    loop.tell(always=True)
    new = {document.id for document in order.train}
    old = [d for d in in_order(order.resources.rehearsal, order.labels) if d.id not in new]
    gold = read(loop.nlp, [*order.train, *old], loop.tell)
    if loop.nlp.has_pipe("dictionary"):
        tag(loop.nlp, gold, order.labels, loop.tell, folds=settings.folds, seed=order.seed)
    chosen = rehearsed(len(order.train), len(old), share=float(order.settings["rehearsal"]), seed=order.seed)
    some = Gold([gold.docs[at] for at in chosen], [gold.mentions[at] for at in chosen], gold.cut)
    loop.run(some.examples(loop.tell), adam(settings))
    return finish(loop, order, gold)


def rehearsed(new: int, old: int, *, share: float, seed: int) -> list[int]:
    """Places of all `new` documents and, after them, of `share` times as many drawn from the `old`."""
    places = range(new, new + old)
    drawn = random.Random(seed).sample(places, min(old, round(share * new)))  # noqa: S311
    return [*range(new), *sorted(drawn)]


def copy_of(base: Language) -> Language:
    """A pipeline with the weights of `base` and a vocabulary of its own; `base` stays as it is."""
    copy = load_model_from_config(base.config, auto_fill=False, validate=False)
    copy.vocab.vectors = base.vocab.vectors
    return copy.from_bytes(base.to_bytes(exclude=["vocab"]), exclude=["vocab"])


def _check(base: Language, labels: Sequence[str]) -> None:
    ner: Any = base.get_pipe("ner") if base.has_pipe("ner") else None
    if ner is None or not hasattr(ner, "moves"):
        raise TrainingError("The model in service has no network to update; train one with the recipe clinical.")
    if sorted(ner.labels) != sorted(labels):
        raise TrainingError(
            f"The model in service knows {', '.join(sorted(ner.labels))}, and the gold is to teach "
            f"{', '.join(sorted(labels))}; an update can't change labels, train from scratch with the recipe clinical."
        )


RECIPE = Recipe(
    name="update",
    title="Incremental update",
    summary="The model in service learns on from new gold, with as much old gold beside it so that it forgets little: "
    "seconds instead of minutes, a little less accurate than training from scratch.",
    settings={
        **FEWER,
        **{name: NETWORK[name] for name in KEPT},
        "rehearsal": Param("float", 1.0, 0.0, 20.0, help="Old notes beside each new one"),
    },
    fit=fit,
)
