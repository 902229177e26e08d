"""``spacy``: what spaCy's own defaults reach, to compare the others with."""

from __future__ import annotations

from training.ner.fitting import begin
from training.ner.fitting import fit as fit_network
from training.ner.loop import Loop
from training.ner.network import plain_model
from training.ner.recipes.network_params import NETWORK, network_settings
from training.ner.spec import Order, Recipe, Trained


def fit(order: Order) -> Trained:
    """Train spaCy's default network with its English tokeniser."""
    begin(order)
    settings = network_settings(order)
    return fit_network(Loop(plain_model(settings), order.dev, settings, order.report), order)


RECIPE = Recipe(
    name="spacy",
    title="spaCy defaults",
    summary="The network and the English tokeniser that spaCy proposes, without a dictionary: the mark to beat.",
    settings={name: param for name, param in NETWORK.items() if name != "folds"},
    fit=fit,
)
