"""Levels over simulated weeks: ``.venv/bin/python -m benchmarks.levels [--seeds 50] [--weeks 26] [--notes 280]``.

Trains a champion on generated notes, then simulates clinics week by week with the very functions that the product
monitors with: calm ones with many seeds, and each scenario of annotation/scenarios.py. Prints how many calm clinics had
a warning or a critical level, and for each scenario how many windows passed between the true F1 falling by .05 and the
warning, and between its crossing the floor and the critical level. Needs no database.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from annotation.scenarios import CALM_DAYS, SCENARIOS, Scenario, notes_of
from annotation.spans import Counts, exact_counts
from annotation.synthetic import LABELS, SyntheticNote, generate
from monitoring.drift import NoteRow, Side, expect, kpi_of, row_of, seen, words_of
from monitoring.policy import Evidence, Level, Reference, Share, Values, judge
from training import ner
from training.ner import missed
from training.statistics import score

AUDITED, MOST_READ, MOST_TEXTS, REFERENCE_WINDOWS = 0.2, 1000, 400, 4


@dataclass(frozen=True)
class Read:
    text: str
    row: NoteRow
    counts: Counts
    empty: bool


class Champion:
    """A model trained on generated notes, and its frozen test."""

    def __init__(self, notes: int) -> None:
        made = list(generate(notes + 400, seed=77))
        train, dev, test = made[:notes], made[notes : notes + 150], made[notes + 150 :]
        documents = [[ner.Document(n.external_id, n.text, n.spans) for n in part] for part in (train, dev)]
        settings = ner.Settings(seed=1)
        trained = ner.train(*documents, labels=LABELS, settings=settings, on_progress=lambda *_: None)
        self.nlp = trained.nlp
        self.known = {word for note in train for word in words_of(note.text)}
        self.test = [read.counts for read in self.read(test)]
        self.quality = score(self.test)["f1"]

    def read(self, notes: Sequence[SyntheticNote]) -> list[Read]:
        texts = [note.text for note in notes]
        with self.nlp.memory_zone():
            found = ner.predict(self.nlp, texts)
            left_out = missed.expected(self.nlp, texts)
        return [
            Read(
                note.text,
                row_of(note.text, spans, note.facets, self.known, more, note.patient),
                exact_counts(note.spans, [span.span for span in spans]),
                not spans,
            )
            for note, spans, more in zip(notes, found, left_out, strict=True)
        ]


@dataclass(frozen=True)
class Week:
    true_f1: float
    level: Level
    reasons: tuple[str, ...]
    estimate: float | None


def weeks(champion: Champion, windows: Iterator[list[Read]], values: Values, seed: int) -> Iterator[Week]:
    """What the product would say after each window."""
    rng = Random(seed)
    evidence: list[Evidence] = []
    audits: list[list[Counts]] = []
    reference: list[Read] = []
    held, level, expected = 0, Level.NO_BASELINE, None
    for number, window in enumerate(windows):
        audits.append([read.counts for read in window if rng.random() < AUDITED])
        kpi = kpi_of(audits, values.audited_notes, champion.test)
        if reference and (expected is None or number <= REFERENCE_WINDOWS):
            expected = expect([read.row for read in reference], len(window))
        told = seen(_side(reference), _side(window), champion.quality, expected)
        empty = Share(sum(read.empty for read in window) / len(window), len(window))
        evidence.append(Evidence(len(window), kpi, told.levels, told.estimate, told.novel, empty=empty))
        full = Reference(len(reference), 7.0 * number)
        now = judge(evidence, values, full, level)
        level = now.level
        true = score([read.counts for read in window], resamples=2)["f1"]
        yield Week(true, level, tuple(reason.sentence for reason in now.reasons), told.estimate)
        if held < REFERENCE_WINDOWS and level in (Level.NO_BASELINE, Level.OK):
            reference += window[:MOST_READ]
            held += 1


def _side(reads: Sequence[Read]) -> Side:
    """Texts of one note a patient, as the product takes them."""
    texts = {read.row.patient: read.text for read in reads}
    return Side([read.row for read in reads], list(texts.values())[-MOST_TEXTS:])


def calm(champion: Champion, options: argparse.Namespace, values: Values) -> None:
    pool = champion.read(list(generate(options.pool, seed=4321)))
    worst: Counter[str] = Counter()
    for seed in range(options.seeds):
        # Weeks as they came, notes of one patient together; in another order for each seed.
        weeks_of_pool = [pool[at : at + options.notes] for at in range(0, len(pool), options.notes)]
        windows = iter(Random(f"calm {seed}").sample(weeks_of_pool, options.weeks))
        seen_weeks = list(weeks(champion, windows, values, seed))
        worst[max((week.level for week in seen_weeks), key=lambda one: one.rank)] += 1
        for week in seen_weeks:
            if week.level.rank >= Level.WARNING.rank:
                print(f"  seed {seed}: {week.level} {'; '.join(week.reasons)}", flush=True)
    print(f"calm, {options.weeks} weeks x {options.seeds} seeds, worst level: {dict(worst)}", flush=True)


def scenario(champion: Champion, options: argparse.Namespace, values: Values, which: Scenario, seed: int) -> None:
    def windows() -> Iterator[list[Read]]:
        for week in range(options.weeks_of_scenario):
            days = range(7 * week, 7 * week + 7)
            yield champion.read([note for day in days for note in notes_of(which, day, options.notes // 7, seed=seed)])

    found = list(weeks(champion, windows(), values, seed))
    before = sum(week.true_f1 for week in found[: CALM_DAYS // 7]) / (CALM_DAYS // 7)
    fell = next((at for at, week in enumerate(found) if week.true_f1 <= before - 0.05), None)
    crossed = next((at for at, week in enumerate(found) if week.true_f1 < values.floor), None)
    warned = next((at for at, week in enumerate(found) if week.level.rank >= Level.WARNING.rank), None)
    critical = next((at for at, week in enumerate(found) if week.level == Level.CRITICAL), None)
    print(
        f"{which.name:22} seed {seed}: F1 {before:.3f} -> {found[-1].true_f1:.3f}; fell .05 in window {fell}, "
        f"warning in {warned}; below the floor in {crossed}, critical in {critical}",
        flush=True,
    )
    if options.verbose:
        for at, week in enumerate(found):
            print(f"   {at} F1 {week.true_f1:.3f} estimate {week.estimate} {week.level} {week.reasons[:3]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--notes", type=int, default=280, help="notes a week")
    parser.add_argument("--pool", type=int, default=28_000, help="calm notes that weeks are drawn from")
    parser.add_argument("--train", type=int, default=300, help="gold notes of the champion")
    parser.add_argument("--weeks-of-scenario", type=int, default=13)
    parser.add_argument("--scenario-seeds", type=int, default=5)
    parser.add_argument("--only", default="", help="one scenario, or calm")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    champion = Champion(options.train)
    # The promise is what the champion can keep: a little below what it reaches on its frozen test.
    values = Values(target=champion.quality - 0.05, floor=champion.quality - 0.10, audited_notes=50)
    promise = f"target {values.target:.3f}, floor {values.floor:.3f}"
    print(
        f"champion: F1 {champion.quality:.3f} on its frozen test of {len(champion.test)} notes; {promise}", flush=True
    )
    for which in SCENARIOS.values():
        if which.name != "calm" and options.only in ("", which.name):
            for seed in range(1, options.scenario_seeds + 1):
                scenario(champion, options, values, which, seed)
    if options.only in ("", "calm"):
        calm(champion, options, values)


if __name__ == "__main__":
    main()
