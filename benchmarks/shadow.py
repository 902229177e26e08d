"""What a shadow costs the callers: ``.venv/bin/python -m benchmarks.shadow [--rounds 12] [--seconds 10] [--rate 40]``.

Starts the whole product on a new data folder, with callers that never stop. Rounds with and without a shadow take
turns so that a noisy machine disturbs both alike. The shadow is a version that sleeps 5 s a batch and reads each
note. Prints p50 and p99 of the callers in both, over all rounds together, the ratio of p99, also as the median over
neighbouring rounds (a stall of the machine spoils one of them and not the other), and how much the shadow read and
left out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

from benchmarks.own_product import DATA, clinic, key_of, running  # first: it makes the data folder

# isort: split
from annotation.actions import people
from tests.broken_models import SLEEPS, version_that, with_plugin
from tests.faults.callers import Callers
from training.actions import rollouts
from training.actions.rollout_ends import close
from training.models import ModelVersion, Rollout

TARGET = 1.05
SETTLE = 3.0


def quantile(seconds: list[float], share: float) -> float:
    """In milliseconds."""
    return 1000 * sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def heard(callers: Callers, seconds: float) -> list[float]:
    """The latencies of the next so many seconds, after a moment to settle."""
    time.sleep(SETTLE)
    begin = time.monotonic()
    time.sleep(seconds)
    return [took for at, took in list(callers.seconds) if begin <= at]


def with_shadow(callers: Callers, seconds: float, model: ModelVersion) -> tuple[list[float], dict[str, int]]:
    by = people.system("approver")
    rollout = rollouts.start_shadow(model=model, by=by, share=100)
    found = heard(callers, seconds)
    rollout = Rollout.objects.select_related("model").get(pk=rollout.pk)
    close(rollout=rollout, status=Rollout.Status.ENDED, by=by, reason="The round is over.")
    return found, rollout.pairs


def report(rounds: dict[str, list[list[float]]]) -> None:
    pooled = {name: [took for one in parts for took in one] for name, parts in rounds.items()}
    for name, seconds in pooled.items():
        each = statistics.median(quantile(one, 0.99) for one in rounds[name])
        told = f"p50 {quantile(seconds, 0.5):.1f} ms, p99 {quantile(seconds, 0.99):.1f} ms"
        print(f"{name:8} {len(seconds)} requests: {told}, median of the rounds' p99 {each:.1f} ms")
    pairs = zip(rounds["with"], rounds["without"], strict=True)
    ratios = [quantile(one, 0.99) / quantile(other, 0.99) for one, other in pairs]
    together = quantile(pooled["with"], 0.99) / quantile(pooled["without"], 0.99)
    print(f"p99 with over without, all rounds together: {together:.3f}")
    print(f"median over neighbouring rounds: {statistics.median(ratios):.3f} (target below {TARGET})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12, help="of each kind")
    parser.add_argument("--seconds", type=float, default=10.0, help="of a round")
    parser.add_argument("--rate", type=float, default=40.0, help="requests a second of all callers")
    asked = parser.parse_args()
    os.environ |= with_plugin(DATA.with_name("plugin"))
    with running() as product:
        project, champion = clinic()
        model = version_that(champion, SLEEPS, by=people.system("approver"))
        rounds: dict[str, list[list[float]]] = {"without": [], "with": []}
        read = skipped = 0
        with Callers(f"http://127.0.0.1:{product.port}", key_of(project), rate=asked.rate, threads=10) as callers:
            heard(callers, 5)
            for _ in range(asked.rounds):
                rounds["without"].append(heard(callers, asked.seconds))
                found, pairs = with_shadow(callers, asked.seconds, model)
                rounds["with"].append(found)
                read, skipped = read + pairs.get("notes", 0), skipped + pairs.get("skipped", 0)
        report(rounds)
        print(f"the shadow read {read} notes and left out {skipped}; answers by status: {dict(callers.answers)}")


if __name__ == "__main__":
    main()
