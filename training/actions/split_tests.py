"""A version is tested against the champion on a share of the callers: planned before, looked at once, at the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from annotation.errors import ActionError
from annotation.models import User
from training.actions.rollouts import Course, start
from training.in_force import rules_of
from training.models import Deployment, ModelVersion, Rollout
from training.rollouts import limits_of
from training.split_metrics import LATELY, METRICS, NEWEST, Metric, callers_of
from training.traffic_split import LEAST_CALLERS, Mean, compare, mean_of, notes_needed

# Fewer of the champion's notes or callers are no ground for a plan.
LEAST_NOTES = 30


def start_test(*, model: ModelVersion, by: User, share: int, metric: str, difference: float) -> Rollout:
    """Give `share` percent of the callers to an approved version until a true `difference` would be seen.

    How many notes that takes follows from what the champion answered lately; alarms are on as for a canary.
    """
    if metric not in METRICS:
        raise ActionError(f"There is no metric {metric!r}; use one of {', '.join(METRICS)}.")
    usual = _usual(model, METRICS[metric])
    try:
        needed = notes_needed(usual, difference, share / 100)
    except ValueError as error:
        raise ActionError(str(error)) from error
    plan = {"metric": metric, "difference": difference, "usual": usual.value, "design": usual.design, "needed": needed}
    course = Course([share], 0, needed, limits_of(rules_of(model.project)), plan)
    return start(kind=Rollout.Kind.AB, model=model, by=by, course=course, among=(ModelVersion.Status.APPROVED,))


def _usual(model: ModelVersion, metric: Metric) -> Mean:
    champion = Deployment.objects.champion_of(model.project)
    callers = callers_of(champion, metric, timezone.now() - LATELY, NEWEST) if champion else []
    usual = mean_of(callers)
    if usual is None or usual.n < LEAST_NOTES or usual.callers < LEAST_CALLERS or not usual.variance:
        raise ActionError(
            f"The champion's last {LATELY.days} days hold too little to plan by: {usual.n if usual else 0:,} "
            f"{metric.of} of {usual.callers if usual else 0:,} callers; wait, or choose another metric."
        )
    return usual


def measured(rollout: Rollout) -> tuple[Mean | None, Mean | None]:
    """The version and the champion since the test began."""
    metric = METRICS[rollout.plan["metric"]]
    variant, champion = (callers_of(d, metric, rollout.started_at) for d in (rollout.deployment, rollout.champion))
    return mean_of(variant), mean_of(champion)


def conclude(*, rollout: Rollout, at: datetime) -> bool:
    """Look at the figures, once the planned sample is there; False before, and when somebody looked already.

    The test goes on until a person decides: the result stands as it was then.
    """
    if rollout.result:
        return False
    variant, champion = measured(rollout)
    if variant is None or champion is None or variant.n < rollout.minimum_requests:
        return False
    found = compare(variant, champion, more_is_better=METRICS[rollout.plan["metric"]].more_is_better)
    result: dict[str, Any] = {
        "comparison": found.to_json(),
        "variant": {"value": variant.value, "n": variant.n, "callers": variant.callers},
        "champion": {"value": champion.value, "n": champion.n, "callers": champion.callers},
        "at": at.isoformat(),
    }
    return bool(Rollout.objects.running().filter(pk=rollout.pk, result={}).update(result=result))
