"""The rules in force of a project, and what a run trains by them."""

from __future__ import annotations

from typing import Any

from annotation.actions import versions
from annotation.models import Project
from training.models import Run, TrainingRules
from training.rules import Rules, read


def rules_of(project: Project) -> Rules:
    """The rules in force; the defaults when nobody changed them."""
    newest = newest_of(project)
    return read(newest.values) if newest else Rules()


def newest_of(project: Project) -> TrainingRules | None:
    return versions.newest_of(TrainingRules, project=project)


def order_of(run: Run) -> dict[str, Any]:
    """Recipe, settings, seeds and seed of a training: as the run says, else as the rules do.

    Settings of the rules belong to the rules' recipe: a run with another one starts from that one's own.
    """
    rules, said = rules_of(run.project), run.params
    recipe = said.get("recipe") or rules.recipe
    settings = said.get("settings") or (rules.settings if recipe == rules.recipe else {})
    return {"recipe": recipe, "settings": settings, "seeds": int(said.get("seeds") or rules.seeds), "seed": run.seed}
