"""The recipes there are: those of the product, and those that a module named in the settings registers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings

from training import ner

# The recipes of the product: all but ``clinical`` learn from gold alone.
OWN = frozenset(("dictionary", "crf", "spacy", "clinical", "update"))


@cache
def _load_custom() -> None:
    for name in settings.TRAINING_RECIPES:
        import_module(name)


def recipes() -> dict[str, ner.Recipe]:
    """By name."""
    _load_custom()
    return dict(ner.RECIPES)


def recipe(name: str) -> ner.Recipe:
    """Raises TrainingError with the names there are."""
    _load_custom()
    return ner.recipe(name)


def reads_raw_notes(name: str, settings: Mapping[str, Any]) -> bool:
    """Whether a training learns from notes without gold too: its result is another one when notes come in.

    Of a recipe that the product does not bring nobody can say, so it counts as one that does.
    """
    if name not in OWN:
        return True
    vectors = recipe(name).settings.get("vectors")
    return vectors is not None and settings.get("vectors", vectors.default) != "off"
