"""The settings that the recipes with a network share; defaults are those of `ml.md`."""

from __future__ import annotations

from dataclasses import fields

from training.ner.params import Param
from training.ner.settings import Settings
from training.ner.spec import Order

NETWORK = {
    "max_steps": Param("int", 2400, 1, 100_000, log=True, help="The most updates of a run"),
    "min_steps": Param("int", 300, 1, 100_000, log=True, help="The fewest updates planned, however few the notes"),
    "epochs": Param("float", 14.0, 0.1, 200.0, log=True, help="Passes over the notes, within the two numbers above"),
    "batch_start": Param("int", 100, 10, 10_000, log=True, help="Words in the first batch"),
    "batch_stop": Param("int", 1000, 10, 20_000, log=True, help="Words in the largest batch"),
    "batch_compound": Param("float", 1.001, 1.0, 1.1, help="Growth of the batch at each update"),
    "learn_rate": Param("float", 1e-3, 1e-6, 0.1, log=True, help="Step size of Adam"),
    "dropout": Param("float", 0.1, 0.0, 0.8, help="Share of the activations left out in an update"),
    "eval_every": Param("int", 200, 1, 10_000, log=True, help="Updates between two looks at the calibration notes"),
    "patience": Param("int", 800, 1, 100_000, log=True, help="Stop after so many updates without a better F1"),
    "width": Param("int", 96, 8, 512, log=True, help="Width of the network's layers"),
    "depth": Param("int", 4, 1, 8, help="Layers that look at a token's neighbours"),
    "hidden_width": Param("int", 64, 8, 512, log=True, help="Width of the last hidden layer"),
    "folds": Param("int", 5, 2, 20, help="Parts in which the learned lexicon is cross-fitted"),
    "temperature": Param("float", 2.0, 0.5, 8.0, help="Used where there are too few calibration notes to fit one"),
}


def network_settings(order: Order) -> Settings:
    """The Settings in `order`."""
    names = {field.name for field in fields(Settings)} - {"seed"}
    return Settings(seed=order.seed, **{name: value for name, value in order.settings.items() if name in names})
