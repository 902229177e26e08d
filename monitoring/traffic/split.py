"""A test on split traffic in words: its plan, how far it is, and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.models import Rollout
from training.rollouts import Standing
from training.split_metrics import METRICS, Metric

VERDICTS = {"better": "better", "worse": "worse", "inconclusive": "can't tell"}


@dataclass(frozen=True, slots=True)
class Test:
    """``percent`` of the sample is there; the rest is empty until it is whole."""

    plan: str
    progress: str
    percent: int
    verdict: str = ""
    word: str = ""
    result: str = ""


def test_of(rollout: Rollout, standing: Standing) -> Test:
    metric, needed = METRICS[rollout.plan["metric"]], rollout.minimum_requests
    difference, usual = _of(metric, rollout.plan["difference"], points=True), _of(metric, rollout.plan["usual"])
    plan = (
        f"{metric.title}. To see a difference of {difference} four times in five, from the champion's {usual}, it "
        f"takes {needed:,} {metric.of} of the version."
    )
    result = rollout.result.get("comparison")
    if not result:
        return _on_its_way(metric, plan, standing, needed)
    verdict = result["verdict"]
    return Test(plan, "The sample is whole.", 100, verdict, VERDICTS[verdict], _says(metric, rollout.result))


def _on_its_way(metric: Metric, plan: str, standing: Standing, needed: int) -> Test:
    if metric.of != "notes":
        return Test(plan, f"It waits for what doctors say of {needed:,} entities. Nobody looks before.", 0)
    seen = min(standing.canary.documents, needed)
    return Test(
        plan, f"{seen:,} of {needed:,} notes. Nobody looks at the difference before.", round(100 * seen / needed)
    )


def _says(metric: Metric, result: dict[str, Any]) -> str:
    found, own, usual = result["comparison"], result["variant"], result["champion"]
    low, high = (_of(metric, found[end], points=True) for end in ("low", "high"))
    return (
        f"{_of(metric, own['value'])} over {own['n']:,} {metric.of} of {own['callers']:,} callers, the champion "
        f"{_of(metric, usual['value'])} over {usual['n']:,} of {usual['callers']:,}: a difference of "
        f"{_of(metric, found['value'], points=True)} (95 % interval {low} to {high})."
    )


def _of(metric: Metric, value: float, *, points: bool = False) -> str:
    if metric.share:
        return f"{100 * value:.1f} {'points' if points else '%'}".replace("-", "−")
    return f"{value:.2f}".replace("-", "−")
