"""``clinical``: the recipe of `ml.md`, with vectors trained on the project's own raw notes where there are enough."""

from __future__ import annotations

from spacy.vectors import Vectors

from training.ner.clock import Clock
from training.ner.documents import TrainingError
from training.ner.fitting import begin
from training.ner.fitting import fit as fit_network
from training.ner.loop import Loop
from training.ner.network import blank_model
from training.ner.params import Param
from training.ner.recipes.network_params import NETWORK, network_settings
from training.ner.spec import Order, Recipe, Trained
from training.ner.vectors import ENOUGH_WORDS, FEWEST_WORDS, Floret, lines
from training.ner.vectors import train as train_vectors


def fit(order: Order) -> Trained:
    """Train the vectors when there are notes for them, then the network on gold with cross-fitted dictionary tags."""
    begin(order)
    settings = network_settings(order)
    nlp = blank_model(settings, _vectors(order))
    return fit_network(Loop(nlp, order.dev, settings, order.report), order)


def _vectors(order: Order) -> Vectors | None:
    """Vectors of the raw notes; None when they are off, or when ``auto`` finds too few words."""
    wanted, texts = order.settings["vectors"], order.resources.raw_texts
    if wanted == "off" or (wanted == "auto" and texts is None):
        return None
    if texts is None:
        raise TrainingError("The setting vectors is on, and there are no raw notes; set it to auto or off.")
    clock = Clock(order.report, "vectors", 1000)
    corpus, words = lines(texts(), order.settings["vector_words"], clock.tick)
    if wanted == "auto" and words < ENOUGH_WORDS:
        return None
    if words < FEWEST_WORDS:
        raise TrainingError(
            f"The raw notes have {words:,} words, and vectors need at least {FEWEST_WORDS:,}; set vectors to off."
        )
    return train_vectors(corpus, Floret(epochs=order.settings["vector_epochs"]), clock, order.resources.cache)


RECIPE = Recipe(
    name="clinical",
    title="Clinical",
    summary="A neural network with dictionary features, fine tokens and, when there are enough raw notes, vectors "
    "trained on them: the most accurate, in minutes on a CPU.",
    settings={
        **NETWORK,
        "vectors": Param(
            "choice",
            "auto",
            choices=("auto", "on", "off"),
            help=f"Vectors trained on the raw notes; auto: when these have {ENOUGH_WORDS:,} words",
        ),
        "vector_epochs": Param("int", 5, 1, 100, help="Passes over the raw notes"),
        "vector_words": Param("int", 10_000_000, FEWEST_WORDS, 10**9, log=True, help="Raw words read, at most"),
    },
    fit=fit,
)
