"""CPU time and memory of the quality report on made-up notes, by number of notes.

    .venv/bin/python -m benchmarks.dataset_quality --notes 2500 5000 10000

A tenth of the notes are copies of others with a few words changed, so that near duplicates are there to be found.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from itertools import pairwise

from annotation.spans import Span
from training.dataset_quality import Row, quality_report

WORDS = [f"word{n}" for n in range(4_000)]
TERMS = {"DISEASE": ["type 2 diabetes", "fever", "acute bronchitis"], "TREATMENT": ["paracetamol", "metformin 500"]}
SPLITS = ("train",) * 7 + ("dev", "test", "test")


def rows(count: int, words: int = 200) -> list[Row]:
    source = random.Random(0)
    texts: list[list[str]] = []
    for _ in range(count):
        copied = texts and source.random() < 0.1
        text = list(source.choice(texts)) if copied else source.choices(WORDS, k=words)
        for _ in range(2):
            text[source.randrange(words)] = source.choice(WORDS)
        texts.append(text)
    return [_row(number, text, source) for number, text in enumerate(texts)]


def _row(number: int, words: list[str], source: random.Random) -> Row:
    text, spans = " ".join(words), []
    for label, terms in TERMS.items():
        term = source.choice(terms)
        if source.random() < 0.9:
            spans.append(Span(len(text) + 1, len(text) + 1 + len(term), label))
        text += f" {term}"
    return Row(number, source.choice(SPLITS), text, spans, patient=f"p{number}")


def measure(count: int) -> str:
    some = rows(count)
    calls = [time.process_time()]
    report = quality_report(some, labels=list(TERMS), on_progress=lambda done, total: calls.append(time.process_time()))
    took, gap = calls[-1] - calls[0], max(later - earlier for earlier, later in pairwise(calls))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{count:,} notes: {took:.1f} s CPU, {1000 * took / count:.2f} ms a note, longest silence {gap:.2f} s, "
        f"peak memory {peak:,.0f} MB, near duplicates {report.findings['near_duplicates']['count']:,}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, nargs="+", default=[2_500, 5_000, 10_000])
    for count in parser.parse_args().notes:
        print(measure(count))


if __name__ == "__main__":
    main()
