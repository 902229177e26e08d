"""The recipes there are: those of the product, and those that a module named in the settings registers."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from django.conf import settings

from training import ner


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
