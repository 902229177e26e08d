"""The API while a tuning runs: ``.venv/bin/python -m benchmarks.tuning [--trials 20] [--rate 10]``.

Starts the whole product on a new data folder with a champion of generated notes, calls the API at a steady rate, first
alone and then while an experiment of so many trials runs, and prints p50 and p95 of both.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable

from benchmarks.own_product import QUICK, clinic, key_of, running  # first: it makes the data folder

# isort: split
from annotation.actions import people
from annotation.models import Project
from annotation.synthetic import generate
from benchmarks.caller import Caller
from training.actions import experiments
from training.models import Run


def calls(url: str, key: str, rate: float, until: Callable[[], bool]) -> list[float]:
    """Milliseconds of each call, one every 1 / rate seconds, until it is enough; a late one delays none."""
    texts = [note.text for note in generate(200, seed=9)]
    times: list[float] = []
    threads = []

    def ask(text: str) -> None:
        began = time.perf_counter()
        status, _ = Caller(url, key).extract(text)
        times.append(1000 * (time.perf_counter() - began) if status == 200 else float("inf"))

    number = 0
    while not until():
        threads.append(threading.Thread(target=ask, args=(texts[number % len(texts)],)))
        threads[-1].start()
        number += 1
        time.sleep(1 / rate)
    for thread in threads:
        thread.join()
    return sorted(times)


def say(name: str, times: list[float]) -> float:
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"{name}: {len(times):,} calls, p50 {p50:.1f} ms, p95 {p95:.1f} ms", flush=True)
    return p95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--alone", type=float, default=60, help="seconds without a tuning")
    options = parser.parse_args()
    with running() as product:
        project, _ = clinic()
        url, key = f"http://127.0.0.1:{product.port}", key_of(project)
        time.sleep(5)
        ends = time.monotonic() + options.alone
        alone = say("alone", calls(url, key, options.rate, lambda: time.monotonic() > ends))
        run = start(project, options.trials)
        beside = say("beside", calls(url, key, options.rate, lambda: Run.objects.get(pk=run.pk).is_over))
        done = run.children.filter(status=Run.Status.SUCCEEDED).count()
        print(f"{done} of {options.trials} trials; p95 beside over alone {beside / alone:.2f}")


def start(project: Project, trials: int) -> Run:
    space = {"learn_rate": {"low": 0.0003, "high": 0.003}, "dropout": {"low": 0.05, "high": 0.4}}
    tuning = experiments.Tuning("spacy", space, QUICK, count=trials)
    return experiments.start_tuning(
        project=project, by=people.system("trainer"), name="beside the API", dataset=None, parallel=2, tuning=tuning
    )


if __name__ == "__main__":
    main()
