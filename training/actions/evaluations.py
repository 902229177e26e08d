"""Ask that a registered version is evaluated again."""

from __future__ import annotations

from typing import Any

from annotation.models import User
from training.models import ModelVersion, Run
from training.steps.again import comparable
from training.subjects import queue_about


def evaluate_again(
    *,
    model: ModelVersion,
    by: User | None,
    trigger: Run.Trigger = Run.Trigger.USER,
    params: dict[str, Any] | None = None,
) -> Run:
    """Queue the evaluation of a version that is not archived on the newest frozen test set.

    Raises ActionError when nothing can be measured, TooLate when the same is under way.
    """
    comparable(model)
    return queue_about(model, kind=Run.Kind.EVALUATE, by=by, trigger=trigger, params=params or {})
