"""An investigation: an experiment on the gold there is, and the versions that stand by measured anew."""

from __future__ import annotations

import logging

from annotation.errors import ActionError
from annotation.models import Project, User
from monitoring.models import Window
from training.actions import evaluations, experiments
from training.actions.experiments import Candidate
from training.models import ModelVersion, Run

logger = logging.getLogger(__name__)
# Beside the champion's own recipe; it learns in seconds.
CHALLENGER = "crf"
MOST_STANDBYS = 3


def open_experiment(*, project: Project, model: ModelVersion | None, window: Window | None, by: User) -> Run:
    """Train the champion's recipe and a challenger on the gold of now; the drifted slices go with it."""
    own = model.recipe if model else CHALLENGER
    settings = model.settings if model else {}
    candidates = [Candidate(own, settings)] + ([Candidate(CHALLENGER, {})] if own != CHALLENGER else [])
    run = experiments.start_comparison(
        project=project,
        by=by,
        candidates=candidates,
        name=f"Investigation of {window.ends_at:%d %b %Y}" if window else "Investigation",
        parallel=1,
        trigger=Run.Trigger.DECISION,
    )
    reasons = [one["sentence"] for one in window.reasons] if window else []
    run.params = {**run.params, "investigation": {"window": window.pk if window else None, "reasons": reasons}}
    run.save(update_fields=["params"])
    return run


def rescore_standbys(*, project: Project, champion: ModelVersion | None, by: User) -> int:
    """Evaluate the newest versions that stand by on the newest test notes: perhaps one of them does better now."""
    approved = ModelVersion.objects.filter(project=project, status=ModelVersion.Status.APPROVED)
    others = approved.exclude(pk=champion.pk) if champion else approved
    standbys = others.order_by("-number")[:MOST_STANDBYS]
    started = 0
    for model in standbys:
        try:
            evaluations.evaluate_again(model=model, by=by, trigger=Run.Trigger.DECISION)
            started += 1
        except ActionError as error:
            # One that can't be measured, such as one whose folder is gone, keeps no other from it.
            logger.warning("%s is not measured again: %s", model, error)
    return started
