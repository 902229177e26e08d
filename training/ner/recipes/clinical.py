"""``clinical``: the recipe of `ml.md`, with vectors trained on the project's own raw notes where there are enough."""

from __future__ import annotations

from training.ner.fitting import begin
from training.ner.fitting import fit as fit_network
from training.ner.loop import Loop
from training.ner.network import blank_model
from training.ner.params import Param
from training.ner.recipes.network_params import NETWORK, network_settings
from training.ner.spec import Order, Recipe, Trained


def fit(order: Order) -> Trained:
    """Train the vectors when there are notes for them, then the network on gold with cross-fitted dictionary tags."""
    begin(order)
    settings = network_settings(order)
    return fit_network(Loop(blank_model(settings), order.dev, settings, order.report), order)


RECIPE = Recipe(
    name="clinical",
    title="Clinical",
    summary="A neural network with dictionary features, fine tokens and, when there are enough raw notes, vectors "
    "trained on them: the most accurate, in minutes on a CPU.",
    settings={
        **NETWORK,
        "vectors": Param("choice", "auto", choices=("auto", "on", "off"), help="Vectors trained on the raw notes"),
    },
    fit=fit,
)
