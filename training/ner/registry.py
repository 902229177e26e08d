"""The recipes by name. Modules named in the setting TRAINING_RECIPES add their own with :func:`register`."""

from __future__ import annotations

from training.ner.documents import TrainingError
from training.ner.recipes import clinical, crf, dictionary, spacy_default, update
from training.ner.spec import Recipe

RECIPES: dict[str, Recipe] = {
    each.RECIPE.name: each.RECIPE for each in (dictionary, crf, spacy_default, clinical, update)
}


def recipe(name: str) -> Recipe:
    """The recipe called `name`; TrainingError names the choices when there is none."""
    if name not in RECIPES:
        raise TrainingError(f"There is no recipe {name}; choose {', '.join(RECIPES)}.")
    return RECIPES[name]


def register(new: Recipe) -> Recipe:
    """Make `new` known under its name. TrainingError when another recipe has that name."""
    if RECIPES.get(new.name, new) is not new:
        raise TrainingError(f"A recipe called {new.name} exists; give yours another name.")
    RECIPES[new.name] = new
    return new
