"""Accuracy, calibration, cost and speed of the recipes on public corpora: one JSON line for each training.

    .venv/bin/python -m benchmarks.accuracy --corpus bc5cdr --recipe clinical --seeds 2

Trains on the train part (a tenth of it held out for early stopping) and measures on the dev part, exact character spans
and label. The confidence is calibrated on one half of the dev part and its error measured on the other. ``--vectors``
lets clinical train vectors on the raw texts named in corpora.py. ``update`` starts from a clinical model of half the
train part and gets the other half as new gold. CPU seconds are those of training alone, child processes included.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from spacy.pipeline import EntityRecognizer

from annotation.spans import Counts, ScoredSpan, exact_counts, exact_counts_per_label
from benchmarks import corpora
from training.ner import RECIPES, Document, Progress, Resources, Trained, calibrate, load, package, predict
from training.ner.confidence import ScoredRecognizer


def cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def parts(documents: Sequence[Document]) -> tuple[list[Document], list[Document]]:
    """Nine tenths to train on and one for early stopping, always the same."""
    shuffled = list(documents)
    random.Random(7).shuffle(shuffled)
    held = len(shuffled) // 10
    return shuffled[held:], shuffled[:held]


class Run:
    """One training on one corpus."""

    def __init__(self, corpus: str, arguments: argparse.Namespace) -> None:
        self.corpus, self.arguments = corpus, arguments
        self.labels = corpora.LABELS[corpus]
        self.train, self.dev = parts(corpora.documents(corpus, "train"))
        self.test = corpora.documents(corpus, "dev")
        self.settings = dict(pair.split("=") for pair in arguments.set)

    def resources(self, seed: int, recipe: str) -> tuple[list[Document], Resources]:
        """The documents to train on, and what else the recipe may use."""
        raw = corpora.raw_texts if self.arguments.vectors else None
        if recipe != "update":
            return self.train, Resources(raw_texts=raw)
        half = len(self.train) // 2
        old, new = self.train[:half], self.train[half:]
        base = self.fit("clinical", seed, old, Resources(), {})
        return new, Resources(base=base.nlp, rehearsal=old)

    def fit(self, recipe: str, seed: int, documents: Sequence[Document], resources: Resources, given: dict) -> Trained:
        self.silence, self.told = 0.0, time.perf_counter()
        kinds = {name: type(param.default) for name, param in RECIPES[recipe].settings.items()}
        return RECIPES[recipe].train(
            documents,
            self.dev,
            labels=self.labels,
            settings={name: kinds[name](value) for name, value in given.items()},
            seed=seed,
            resources=resources,
            on_progress=self.hear,
        )

    def hear(self, progress: Progress) -> None:
        now = time.perf_counter()
        self.silence, self.told = max(self.silence, now - self.told), now

    def measure(self, recipe: str, seed: int) -> dict:
        documents, resources = self.resources(seed, recipe)
        began = cpu_seconds()
        trained = self.fit(recipe, seed, documents, resources, self.settings)
        spent, silence = cpu_seconds() - began, self.silence
        found = predict(trained.nlp, [d.text for d in self.test])
        calibration = calibrate(trained.nlp, self.test, default=2.0, on_progress=self.hear)
        return {
            "corpus": self.corpus,
            "recipe": recipe,
            "seed": seed,
            "vectors": bool(len(trained.nlp.vocab.vectors)),
            "cpu_seconds": round(spent, 1),
            **scores(self.test, found, self.labels),
            "ece": round(calibration.ece or 0.0, 4),
            "ece_before": round(calibration.ece_before or 0.0, 4),
            "temperature": calibration.temperature,
            "steps": max(p.step for p in trained.history),
            "best_on_held_out": trained.history[-1].dev_f1,
            "longest_silence": round(silence, 2),
            **artefact(trained),
            **(speed(trained.nlp, [d.text for d in self.test]) if self.arguments.speed else {}),
        }


def scores(test: Sequence[Document], found: Sequence[Sequence[ScoredSpan]], labels: Sequence[str]) -> dict:
    total, per_label = Counts(), dict.fromkeys(labels, Counts())
    for document, spans in zip(test, found, strict=True):
        predicted = [each.span for each in spans]
        total += exact_counts(document.spans, predicted)
        for label, counts in exact_counts_per_label(document.spans, predicted).items():
            per_label[label] += counts
    numbers = {"f1": total.f1, "precision": total.precision, "recall": total.recall}
    numbers |= {label: counts.f1 for label, counts in per_label.items()}
    return {name: round(value, 4) for name, value in numbers.items()}


def artefact(trained: Trained) -> dict:
    """Its size, and the seconds until it is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        sha256 = package(trained, path, meta={})
        size = sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
        began = time.process_time()
        load(path, sha256=sha256)
        return {"megabytes": round(size / 1e6, 1), "load_cpu_seconds": round(time.process_time() - began, 2)}


def p50_ms(call, texts: Sequence[str], rounds: int = 200) -> float:
    """Median CPU milliseconds of one call: wall time says more about what else the machine does."""
    times = []
    for number in range(rounds):
        start = time.process_time()
        call(texts[number % len(texts)])
        times.append(time.process_time() - start)
    return round(1000 * statistics.median(times), 2)


def speed(nlp, texts: Sequence[str]) -> dict:
    notes = [" ".join(text.split()[:100]) for text in texts[:100]]
    scored = p50_ms(nlp, notes)
    with patch.object(ScoredRecognizer, "set_annotations", EntityRecognizer.set_annotations):
        unscored = p50_ms(nlp, notes)
    began = time.process_time()
    predict(nlp, texts)
    words = sum(len(text.split()) for text in texts) / (time.process_time() - began)
    return {"p50_ms": scored, "p50_ms_without_scores": unscored, "words_per_second": round(words)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", nargs="*", default=list(RECIPES), choices=list(RECIPES))
    parser.add_argument("--corpus", nargs="*", default=["bc5cdr"], choices=list(corpora.LABELS))
    parser.add_argument("--seeds", type=int, default=1, help="trainings of each, with seeds 0, 1, …")
    parser.add_argument("--vectors", action="store_true", help="let clinical train vectors on the raw texts")
    parser.add_argument("--speed", action="store_true", help="also measure predicting")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the recipe to change")
    arguments = parser.parse_args()
    for corpus in arguments.corpus:
        run = Run(corpus, arguments)
        for recipe in arguments.recipe:
            for seed in range(arguments.seeds):
                print(json.dumps(run.measure(recipe, seed)), flush=True)


if __name__ == "__main__":
    main()
