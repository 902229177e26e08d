"""Confidence that means what it says: one temperature fitted on held-out gold, and how far off it still is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from spacy.language import Language
from spacy.tokens import Doc

from annotation.spans import Span
from training.ner.documents import Document, Progress, Report
from training.ner.predict import spans_of
from training.ner.reliability import Rows, ece, reliability
from training.ner.scores import CHUNK, read_over
from training.ner.temperature import Scoring, fit_temperature


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
