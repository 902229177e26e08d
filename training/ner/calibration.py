"""Confidence that means what it says: one temperature fitted on held-out gold, and how far off it still is.

Expected calibration error (ECE): over ten bins of about equally many entities, the mean distance between the confidence
and the share that is right, weighted by the bin's size (Naeini et al. 2015, with bins of equal mass).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from annotation.spans import Span
from training.ner.confidence import Scoring, fit_temperature
from training.ner.documents import Document, Progress, Report
from training.ner.predict import spans_of
from training.ner.scores import CHUNK, read_over

BINS = 10
Rows = list[tuple[float, bool]]  # the score of an entity, and whether it is gold


class Scorer(Protocol):
    """A component that scores its entities."""

    temperature: float

    def steps(self, docs: Sequence[Doc]) -> Scoring: ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """`ece` (None without an entity) and `bins` are measured on notes that the temperature was not fitted on.

    `bins` holds {low, high, n, confidence, accuracy}, the numbers of a reliability plot; `entities` is their sum of n.
    """

    temperature: float
    ece: float | None
    ece_before: float | None
    entities: int
    bins: list[dict[str, float]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """A plain dict of every field."""
        return asdict(self)


def calibrate(nlp: Language, dev: Sequence[Document], *, default: float, on_progress: Report) -> Calibration:
    """Fit the temperature of `nlp` on one half of `dev` and measure on the other; the halves are drawn by id.

    With fewer than 50 entities in the first half the temperature is `default`.
    """
    done = _Reporter(on_progress, 2 * len(dev))
    fitting, measuring = halves(dev)
    before = _rows(nlp, measuring, done.tick)
    temperature = fit_on(nlp, fitting, default=default, tick=done.tick)
    after = _rows(nlp, measuring, done.tick)
    return Calibration(temperature, ece(after), ece(before), len(after), reliability(after))


def halves(documents: Sequence[Document]) -> tuple[list[Document], list[Document]]:
    """Two parts by a hash of the id: the same notes fall into the same part in every run."""
    parts: tuple[list[Document], list[Document]] = ([], [])
    for document in documents:
        parts[hashlib.sha256(document.id.encode()).digest()[0] & 1].append(document)
    return parts


def fit_on(nlp: Language, dev: Sequence[Document], *, default: float, tick: Callable[[], None]) -> float:
    """Fit the temperature to the model's own entities on `dev` (before abbreviations) and put it into the component."""
    ner: Any = nlp.get_pipe("ner")
    scorer: Scorer = ner
    steps, right = [], []
    with nlp.select_pipes(disable=[name for name in ("abbreviations",) if nlp.has_pipe(name)]):
        for document, doc in read_over(nlp, dev, tick):
            gold = set(document.spans)
            steps.append(scorer.steps([doc]))
            right += [Span(e.start_char, e.end_char, e.label_) in gold for e in doc.ents]
    scorer.temperature = fit_temperature(steps, right, default=default)
    return scorer.temperature


def ece(rows: Rows) -> float | None:
    """The expected calibration error, a fraction of 1; None without a row."""
    return sum(b["n"] * abs(b["confidence"] - b["accuracy"]) for b in reliability(rows)) / len(rows) if rows else None


def reliability(rows: Rows) -> list[dict[str, float]]:
    """Bins of about equally many rows, from the lowest score to the highest; rows of one score share a bin."""
    table = np.array(sorted((score, float(right)) for score, right in rows)).reshape(-1, 2)
    places = np.arange(1, BINS) * len(table) // BINS
    cuts = np.unique(np.searchsorted(table[:, 0], table[places, 0])) if len(table) else places
    bins = []
    for part in np.split(table, cuts):
        if len(part):
            low, high, (confidence, accuracy) = part[0, 0], part[-1, 0], part.mean(axis=0)
            numbers = {"low": low, "high": high, "confidence": confidence, "accuracy": accuracy}
            bins.append({"n": len(part), **{name: round(float(value), 6) for name, value in numbers.items()}})
    return bins


def _rows(nlp: Language, documents: Sequence[Document], tick: Callable[[], None]) -> Rows:
    rows: Rows = []
    for document, doc in read_over(nlp, documents, tick):
        gold = set(document.spans)
        rows += [(found.score, found.span in gold) for found in spans_of(doc)]
    return rows


class _Reporter:
    def __init__(self, report: Report, total: int) -> None:
        self.report, self.step, self.total = report, 0, total

    def tick(self) -> None:
        self.report(Progress(min(self.step, self.total), self.total, 0.0, None, 0.0, stage="calibration"))
        self.step += CHUNK
