"""The rules in force of a project."""

from __future__ import annotations

from annotation.models import Project
from training.models import TrainingRules
from training.rules import Rules, read


def rules_of(project: Project) -> Rules:
    """The rules in force; the defaults when nobody changed them."""
    newest = newest_of(project)
    return read(newest.values) if newest else Rules()


def newest_of(project: Project) -> TrainingRules | None:
    return TrainingRules.objects.filter(project=project).order_by("-version").first()
