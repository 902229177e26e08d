"""Broken canaries and a good one, in one run: ``.venv/bin/python -m benchmarks.canary [--rate 40] [--bake 15]``.

Starts the whole product on a new data folder, with callers that never stop. Three approved versions whose real
artefacts misbehave go into service by canary, one after the other, with the product's own first share of 5 %: one
raises, one finds nothing, one sleeps 5 s a batch. Prints for each how long after its first request it was taken
back, and when it was asked for the last time; then the way of a good one to all callers, with stages of ``--bake``
seconds. Whatever the canaries do, each caller must get its answer.
"""

from __future__ import annotations

import argparse
import os
import time

from benchmarks.own_product import DATA, clinic, key_of, running  # first: it makes the data folder

# isort: split
from django.db.models import Max, Min

from annotation.actions import people
from tests.broken_models import GOOD, NOTHING, RAISES, SLEEPS, version_that, with_plugin
from tests.faults.callers import Callers
from training.actions import rollouts
from training.actions.rollouts import Course
from training.minutes import counts_since
from training.models import ModelVersion, Prediction, Rollout
from training.rollouts import limits_of
from training.rules import Rules

TARGET = 10.0
LONGEST = 120.0


def rolled_out(model: ModelVersion, course: Course) -> Rollout:
    """Started, and watched until it is over."""
    rollout = rollouts.start_canary(model=model, by=people.system("approver"), course=course)
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        rollout = Rollout.objects.with_models().get(pk=rollout.pk)
        if rollout.status != Rollout.Status.RUNNING:
            break
        time.sleep(0.2)
    # What was on its way is in the log too.
    time.sleep(3)
    return rollout


def broken(model: ModelVersion, how: str, course: Course) -> bool:
    rollout = rolled_out(model, course)
    rows = Prediction.objects.filter(deployment=rollout.deployment, origin=Prediction.Origin.API)
    asked = rows.aggregate(first=Min("created_at"), last=Max("created_at"))
    requests = counts_since(rollout.deployment_id, rollout.started_at).asked
    if rollout.ended_at is None or rollout.status != Rollout.Status.ROLLED_BACK:
        print(f"{how:14} was not taken back within {LONGEST:.0f} s")
        return False
    took = (rollout.ended_at - asked["first"]).total_seconds()
    until = (asked["last"] - asked["first"]).total_seconds()
    print(f"{how:14} taken back after {took:4.1f} s, asked until {until:4.1f} s, {requests} requests. {rollout.reason}")
    return max(took, until) < TARGET


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=40, help="requests a second of all callers")
    parser.add_argument("--bake", type=int, default=15, help="seconds of a stage of the good one")
    asked = parser.parse_args()
    os.environ |= with_plugin(DATA.with_name("plugin"))
    with running() as product:
        project, champion = clinic()
        by, limits = people.system("approver"), limits_of(Rules())
        versions = {how: version_that(champion, how, by=by) for how in (RAISES, NOTHING, SLEEPS, GOOD)}
        url = f"http://127.0.0.1:{product.port}"
        with Callers(url, key_of(project), rate=asked.rate, threads=10) as callers:
            time.sleep(5)
            slow = Course([5, 25, 100], 600, 200, limits)
            fine = [broken(versions[how], how, slow) for how in (RAISES, NOTHING, SLEEPS)]
            good = rolled_out(versions[GOOD], Course([5, 25, 100], asked.bake, 20, limits))
        stages = ", ".join(f"{stage['share']} % with {stage['requests']} requests" for stage in good.passed)
        lasted = (good.ended_at - good.started_at).total_seconds() if good.ended_at else LONGEST
        print(f"{GOOD:14} {good.status} after {lasted:.1f} s: {stages}, 100 %. {good.reason}")
        print(f"answers by status: {dict(callers.answers)}")
        fine += [good.status == Rollout.Status.PROMOTED, set(callers.answers) == {200}]
    print("all within the target" if all(fine) else f"NOT all within {TARGET:.0f} s, or a caller was refused")


if __name__ == "__main__":
    main()
