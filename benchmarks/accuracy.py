"""Accuracy, calibration and speed of the recipe on BC5CDR: trains on its train split, evaluates on its dev split.

    .venv/bin/python -m benchmarks.accuracy --documents 400 --dev 50

The corpus is read from ../shared/corpora (see its README); nothing is written but a temporary model folder.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from spacy.pipeline import EntityRecognizer

from annotation.spans import Counts, ScoredSpan, Span, exact_counts, exact_counts_per_label
from training.ner import Document, Progress, Settings, count_misaligned, load, package, predict, train
from training.ner.confidence import ScoredRecognizer

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
LABELS = ("DISEASE", "TREATMENT")


def read(split: str) -> list[Document]:
    lines = (CORPORA / "bc5cdr" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_document(json.loads(line)) for line in lines]


def _document(row: dict) -> Document:
    spans = sorted({Span(e["start"], e["end"], e["label"]) for e in row["entities"]})
    return Document(row["id"], row["text"], tuple(spans))


def calibration_error(rows: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Expected calibration error over equally filled bins."""
    table = np.array(sorted((score, float(right)) for score, right in rows))
    parts = np.array_split(table, bins)
    return float(sum(len(p) * abs(p[:, 0].mean() - p[:, 1].mean()) for p in parts) / len(table))


def p50_ms(call, texts: Sequence[str], rounds: int = 200) -> float:
    """Median CPU milliseconds of one call: wall time says more about what else the machine does."""
    times = []
    for number in range(rounds):
        start = time.process_time()
        call(texts[number % len(texts)])
        times.append(time.process_time() - start)
    return round(1000 * statistics.median(times), 2)


def evaluate(test: Sequence[Document], found: Sequence[Sequence[ScoredSpan]]) -> dict:
    pairs = [(d.spans, [f.span for f in spans]) for d, spans in zip(test, found, strict=True)]
    total = sum((exact_counts(gold, spans) for gold, spans in pairs), Counts())
    per_label = {label: Counts() for label in LABELS}
    for gold, spans in pairs:
        for label, counts in exact_counts_per_label(gold, spans).items():
            per_label[label] += counts
    rows = [(f.score, f.span in set(d.spans)) for d, spans in zip(test, found, strict=True) for f in spans]
    return {
        "f1": round(total.f1, 4),
        "precision": round(total.precision, 4),
        "recall": round(total.recall, 4),
        **{label: round(counts.f1, 4) for label, counts in per_label.items()},
        "calibration_error": round(calibration_error(rows), 4),
    }


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
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=400, help="training documents")
    parser.add_argument("--dev", type=int, default=50, help="documents held out for early stopping and temperature")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings to change")
    arguments = parser.parse_args()
    changes = dict(pair.split("=") for pair in arguments.set)
    kinds = {f.name: type(getattr(Settings(), f.name)) for f in fields(Settings)}
    settings = replace(Settings(), **{name: kinds[name](float(value)) for name, value in changes.items()})

    documents, test = read("train"), read("dev")
    random.Random(7).shuffle(documents)
    dev, rest = documents[: arguments.dev], documents[arguments.dev :][: arguments.documents]
    began, cpu = time.perf_counter(), time.process_time()
    gaps, last = [], [time.perf_counter()]

    def report(progress: Progress) -> None:
        gaps.append(time.perf_counter() - last[0])
        last[0] = time.perf_counter()

    trained = train(rest, dev, labels=LABELS, settings=settings, on_progress=report)
    seen = [(p.step, round(p.dev_f1 or 0, 4), round(p.loss, 3)) for p in trained.history]
    print(json.dumps({"history": seen, "longest_silence": round(max(gaps), 2)}))
    print(
        json.dumps(
            {
                "train": len(rest),
                "dev": len(dev),
                "seconds": round(time.perf_counter() - began, 1),
                "cpu_seconds": round(time.process_time() - cpu, 1),
                "steps": trained.history[-1].step,
                "temperature": trained.temperature,
                "misaligned": trained.misaligned,
                "test_misaligned": count_misaligned(trained.nlp, test),
            }
        )
    )
    texts = [d.text for d in test]
    found = predict(trained.nlp, texts)
    print(json.dumps(evaluate(test, found)))
    with trained.nlp.select_pipes(disable=["abbreviations"]):
        print(json.dumps({"without_abbreviations": evaluate(test, predict(trained.nlp, texts))}))
    with tempfile.TemporaryDirectory() as folder:
        sha256 = package(trained, Path(folder) / "model", meta={})
        size = sum(p.stat().st_size for p in Path(folder).rglob("*") if p.is_file())
        began = time.perf_counter()
        nlp = load(Path(folder) / "model", sha256=sha256)
        loaded = time.perf_counter() - began
        assert predict(nlp, texts[:100]) == found[:100]
    print(json.dumps({"megabytes": round(size / 1e6, 1), "load_seconds": round(loaded, 2), **speed(nlp, texts)}))


if __name__ == "__main__":
    main()
