"""Rules change: each change is a new version with a name and a reason."""

from __future__ import annotations

from typing import Any

from annotation.actions import versions
from annotation.models import Project, User
from training.models import TrainingRules
from training.rules import read


def change(
    *, project: Project, values: dict[str, Any], by: User | None, reason: str = "", base: int | None = None
) -> TrainingRules:
    """As :func:`versions.add`."""
    return versions.add(
        TrainingRules, project=project, values=values, read=read, noun="rules", by=by, reason=reason, base=base
    )
