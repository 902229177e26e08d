"""The API against the bare model, in one run: ``.venv/bin/python -m benchmarks.api [--notes 2000] [--memory 100000]``.

Starts the whole product on a new data folder with a champion trained on generated notes. Prints, each part in turns
with the bare model in this process so that a noisy machine disturbs both alike:

* processor time of the web processes a note, over that of ``nlp(text)`` (16 connections, a note each) and of
  ``nlp.pipe`` (25 notes a request), each with both cores busy; everything is counted that they do, also the log's
  encryption and writing;
* the latency that one connection adds to ``nlp(text)``, from the first byte sent to the last one received, and beside
  it what the least answer takes that asks for a key; throughput and p99 beside the ratios;
* whether 32 threads get for 10,000 notes exactly what spaCy finds in them;
* the web processes' memory over 100,000 notes whose words were never seen before.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

from benchmarks.own_product import DATA, clinic, key_of, running  # first: it makes the data folder

# isort: split
from spacy.language import Language

from annotation.synthetic import generate
from benchmarks.beside import Beside
from benchmarks.caller import Caller, Wire
from benchmarks.long_notes import long_notes
from benchmarks.web_processes import WebProcesses
from training.artefacts import nlp_of
from training.ner.predict import spans_of

CONNECTIONS, A_REQUEST, ROUNDS = 16, 25, 10
SEEDS = count(100)


def notes_of(number: int) -> list[str]:
    """Other ones at each call."""
    return long_notes(number, seed=next(SEEDS))


@dataclass
class Bench:
    url: str
    key: str
    nlp: Language
    web: WebProcesses
    beside: Beside
    latencies: list[float] = field(default_factory=list)

    def raw(self, texts: Sequence[str]) -> float:
        """Processor seconds of ``nlp(text)`` over the texts."""
        began = time.process_time()
        with self.beside, self.nlp.memory_zone():
            for text in texts:
                self.nlp(text)
        return time.process_time() - began

    def raw_pipe(self, texts: Sequence[str]) -> float:
        began = time.process_time()
        with self.beside:
            for start in range(0, len(texts), A_REQUEST):
                with self.nlp.memory_zone():
                    list(self.nlp.pipe(texts[start : start + A_REQUEST]))
        return time.process_time() - began

    def asked(self, texts: Sequence[str], a_request: int, connections: int = CONNECTIONS) -> tuple[float, float]:
        """Processor and wall seconds of the web processes for the texts; what they write afterwards is counted too."""
        before, began = self.web.seconds(), time.perf_counter()
        parts = [texts[start : start + a_request] for start in range(0, len(texts), a_request)]
        with ThreadPoolExecutor(connections) as pool:
            list(pool.map(self._asker, [parts[place::connections] for place in range(connections)]))
        wall = time.perf_counter() - began
        settled = self.web.seconds()
        time.sleep(1)
        while (now := self.web.seconds()) - settled > 0.05:
            settled = now
            time.sleep(1)
        return now - before, wall

    def _asker(self, parts: Sequence[Sequence[str]]) -> None:
        caller = Caller(self.url, self.key)
        for part in parts:
            began = time.perf_counter()
            caller.entities(part)
            self.latencies.append(1000 * (time.perf_counter() - began))


def ratio(name: str, bench: Bench, texts: Sequence[str], a_request: int, raw: Callable[[Sequence[str]], float]) -> None:
    """Rounds of both in turns; the ratio of the sums and of the single rounds."""
    size = len(texts) // ROUNDS
    bench.asked(texts[: size // 2], a_request)
    raw(texts[: size // 2])
    bench.latencies.clear()
    base, ours, wall = [], [], 0.0
    for number in range(ROUNDS):
        part = texts[number * size : (number + 1) * size]
        base.append(raw(part))
        seconds, took = bench.asked(part, a_request)
        ours.append(seconds)
        wall += took
    rounds = sorted(b / a for a, b in zip(base, ours, strict=True))
    total = ROUNDS * size
    p99 = statistics.quantiles(bench.latencies, n=100)[-1]
    print(
        f"{name}: bare {1000 * sum(base) / total:.2f} ms a note, web processes {1000 * sum(ours) / total:.2f} ms,"
        f" ratio {sum(ours) / sum(base):.3f} (rounds {rounds[0]:.3f} to {rounds[-1]:.3f}, median"
        f" {statistics.median(rounds):.3f}); {total / wall:.0f} notes/s, p99 {p99:.0f} ms",
        flush=True,
    )


def latency(bench: Bench, texts: Sequence[str]) -> None:
    """One connection, one note at a time, in turns with ``nlp(text)``; notes kept, notes not kept, the least answer."""
    wire = Wire(bench.url, bench.key)
    raw: list[float] = []
    kept: list[float] = []
    unkept: list[float] = []
    least: list[float] = []
    for number, text in enumerate(texts):
        began = time.perf_counter()
        with bench.nlp.memory_zone():
            bench.nlp(text)
        raw.append(1000 * (time.perf_counter() - began))
        # Each comes right after the bare model, which took the processor's cache for itself.
        if number % 4 == 3:
            least.append(wire.milliseconds("/api/v1/labels"))
        else:
            store, times = (False, unkept) if number % 4 == 2 else (True, kept)
            times.append(wire.milliseconds("/api/v1/extract", {"documents": [{"text": text}], "store": store}))
    bare, *rest = (statistics.median(times[5:]) for times in (raw, kept, unkept, least))
    added = [f"{time - bare:.2f} ms ({100 * (time / bare - 1):.0f} %)" for time in rest[:2]]
    print(
        f"one connection: nlp(text) p50 {bare:.2f} ms; the API adds {added[0]}, to notes that are not kept {added[1]};"
        f" its list of labels takes {rest[2]:.2f} ms",
        flush=True,
    )


def identical(bench: Bench, number: int) -> None:
    texts = [note.text for note in generate(number, seed=next(SEEDS))]
    found: list[list[set[tuple[int, int, str]]]] = []
    with ThreadPoolExecutor(32) as pool:
        callers = [Caller(bench.url, bench.key) for _ in range(32)]
        parts = [texts[place::32] for place in range(32)]
        ask = lambda pair: [pair[0].entities([text], store=False)[0] for text in pair[1]]  # noqa: E731
        found = list(pool.map(ask, zip(callers, parts, strict=True)))
    apart = sum(
        answer != {(span.start, span.end, span.label) for span in spans_of(bench.nlp(text))}
        for part, answers in zip(parts, found, strict=True)
        for text, answer in zip(part, answers, strict=True)
    )
    print(f"{number:,} notes by 32 threads: {apart} answers other than spaCy's", flush=True)


def memory(bench: Bench, number: int) -> None:
    """Resident memory after a tenth of the notes and at the end; every word is new."""
    rand = random.Random(7)
    word = lambda: "".join(rand.choices("abcdefghijklmnopqrstuvwxyz", k=9))  # noqa: E731
    caller = Caller(bench.url, bench.key)
    seen: list[float] = []
    for start in range(0, number, A_REQUEST):
        caller.extract(*(" ".join(word() for _ in range(12)) for _ in range(A_REQUEST)))
        if start % (number // 10) < A_REQUEST:
            seen.append(bench.web.megabytes())
            print(f"  {start:,} notes: {seen[-1]:.1f} MB", flush=True)
    last = bench.web.megabytes()
    print(f"{number:,} notes of unseen words: {seen[1]:.1f} MB after a tenth, {last:.1f} MB at the end,"
          f" {100 * (last / seen[1] - 1):+.1f} %")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=2_000, help="of each ratio")
    parser.add_argument("--memory", type=int, default=100_000)
    parser.add_argument("--identical", type=int, default=10_000)
    options = parser.parse_args()
    with running() as product:
        project, model = clinic()
        time.sleep(3)
        beside = Beside(model.path, model.sha256)
        url, web = f"http://127.0.0.1:{product.port}", WebProcesses.of(DATA)
        bench = Bench(url, key_of(project), nlp_of(model), web, beside)
        ratio("16 connections, a note each", bench, notes_of(options.notes), 1, bench.raw)
        ratio("16 connections, 25 notes each", bench, notes_of(2 * options.notes), A_REQUEST, bench.raw_pipe)
        beside.end()
        latency(bench, notes_of(600))
        if options.identical:
            identical(bench, options.identical)
        if options.memory:
            memory(bench, options.memory)


if __name__ == "__main__":
    main()
