"""A lane that reads requests together against a plain lock: ``.venv/bin/python -m benchmarks.batching``.

One process, 1, 4 and 16 threads that each ask for a note of about 100 words, wait for the answer, and do a millisecond
of work of their own between two (what a web process does of a request beside the model). The two ways take turns.
Prints notes a second, processor time a note, and p50 and p99 of a call; and whether both found the same.
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

from spacy.language import Language

from annotation.spans import ScoredSpan
from annotation.synthetic import generate
from benchmarks.long_notes import long_notes
from training import ner
from training.lanes import Lane, Request, entities

Ask = Callable[[str], list[ScoredSpan]]
ROUNDS, NOTES, OWN_SECONDS = 5, 320, 0.001


def model() -> Language:
    made = [ner.Document(note.external_id, note.text, note.spans) for note in generate(300, seed=1)]
    settings = ner.Settings(max_steps=200, min_steps=200, eval_every=50)
    return ner.train(made[40:], made[:40], labels=["DISEASE", "TREATMENT"], settings=settings, on_progress=id).nlp


def by_lock(nlp: Language) -> Ask:
    lock = threading.Lock()

    def ask(text: str) -> list[ScoredSpan]:
        with lock:
            return entities(nlp, [text])[0]

    return ask


def by_lane(lane: Lane) -> Ask:
    def ask(text: str) -> list[ScoredSpan]:
        request = Request([text], time.monotonic() + 60)
        lane.put(request)
        return request.future.result()[0]

    return ask


def measure(ask: Ask, texts: list[str], threads: int) -> tuple[float, float, list[float], list[list[ScoredSpan]]]:
    """Wall seconds, processor seconds, milliseconds of each call, and what was found."""
    times: list[float] = []

    def call(text: str) -> list[ScoredSpan]:
        began = time.perf_counter()
        found = ask(text)
        times.append(1000 * (time.perf_counter() - began))
        until = time.thread_time() + OWN_SECONDS
        while time.thread_time() < until:
            text.split()
        return found

    wall, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(call, texts))
    return time.perf_counter() - wall, time.process_time() - cpu, times, found


def main() -> None:
    nlp, texts = model(), long_notes(NOTES, seed=9)
    lane = Lane(nlp, "bench")
    ways = {"lock": by_lock(nlp), "lane": by_lane(lane)}
    for threads in (1, 4, 16):
        sums: dict[str, list[float]] = {name: [0.0, 0.0] for name in ways}
        times: dict[str, list[float]] = {name: [] for name in ways}
        answers = {}
        for _ in range(ROUNDS):
            for name, ask in ways.items():
                wall, cpu, took, answers[name] = measure(ask, texts, threads)
                sums[name][0] += wall
                sums[name][1] += cpu
                times[name] += took
        total = ROUNDS * len(texts)
        for name, (wall, cpu) in sums.items():
            p50, p99 = statistics.median(times[name]), statistics.quantiles(times[name], n=100)[-1]
            print(
                f"{threads:>2} threads, {name}: {total / wall:6.1f} notes/s, {1000 * cpu / total:5.2f} ms of processor"
                f" a note, p50 {p50:6.1f} ms, p99 {p99:6.1f} ms"
            )
        places = [[[(e.start, e.end, e.label) for e in found] for found in answers[name]] for name in ways]
        print(
            f"   processor lane over lock {sums['lane'][1] / sums['lock'][1]:.3f}; same found: {places[0] == places[1]}"
        )
    lane.close()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
