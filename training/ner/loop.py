"""The loop of one training run: batches, steps, looks at the dev documents, reports, and the best weights so far.

spaCy's own loop is not used: it writes to disk, scores by its own definition and can't be interrupted between steps.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.pipeline import TrainablePipe
from spacy.training import Example
from thinc.api import set_dropout_rate

from training.ner.batches import batch_sizes, batches, count_steps
from training.ner.documents import Document, Progress, Report, TrainingError
from training.ner.scores import counts_on
from training.ner.settings import Settings

Optimizer = Any  # thinc's optimizer is half typed


class Loop:
    """The steps of one training run, its reports and the best weights so far. The last report has the best F1."""

    def __init__(self, nlp: Language, dev: Sequence[Document], settings: Settings, report: Report) -> None:
        self.nlp, self.dev, self.settings, self.report = nlp, dev, settings, report
        self.pipes: list[Any] = [pipe for _, pipe in nlp.pipeline if isinstance(pipe, TrainablePipe)]
        self.history: list[Progress] = []
        self.step, self.total, self.words, self.loss, self.looks = 0, 0, 0, 0.0, 0
        self.dev_f1: float | None = None
        self.best: tuple[float, int, list[bytes]] = (-1.0, 0, [])
        self.began = self.told = time.monotonic()

    def run(self, examples: Sequence[Example], optimizer: Optimizer) -> None:
        """Train in batches counted in words, then leave the best averaged weights in the pipeline."""
        sizes = list(batch_sizes(self.settings))
        total = count_steps(sum(len(e.predicted) for e in examples), sizes, self.settings)
        self.follow(batches(examples, sizes[:total], self.settings.seed), total, optimizer)

    def follow(self, stream: Iterable[Sequence[Example]], total: int, optimizer: Optimizer) -> None:
        """Train on `stream`, which has `total` batches, and leave the best weights in the pipeline."""
        self.total = total
        self.began = time.monotonic()
        for batch in stream:
            self.update(batch, optimizer)
            if self.step % self.settings.eval_every == 0 or self.step == self.total:
                self.look(optimizer)
                if self.step - self.best[1] >= self.settings.patience:
                    break
            self.tell()
        self.dev_f1 = self.best[0] if self.dev else None
        for pipe, weights in zip(self.pipes, self.best[2], strict=True):
            pipe.model.from_bytes(weights)
            set_dropout_rate(pipe.model, 0.0)  # a trace of the last update, that would differ after the first use
        self.tell(always=True)

    def update(self, batch: Sequence[Example], optimizer: Optimizer) -> None:
        """One step. The components are called directly: `Language.update` copies every Doc and aligns it again."""
        losses: dict[str, float] = {}
        with np.errstate(all="ignore"):  # a number that is none any more is looked for below, once for all
            for pipe in self.pipes:
                pipe.update(batch, drop=self.settings.dropout, sgd=None, losses=losses)
            for pipe in self.pipes:
                pipe.finish_update(optimizer)
        optimizer.step_schedules()
        words = sum(len(e.predicted) for e in batch)
        self.step, self.words, self.loss = self.step + 1, self.words + words, losses["ner"] / max(1, words)
        if not math.isfinite(self.loss):
            self.diverged()

    def diverged(self) -> None:
        """Raise TrainingError: weights that are not numbers must never be kept."""
        raise TrainingError(
            f"Training diverged: after update {self.step:,} its loss or weights are no longer numbers, at learn rate "
            f"{self.settings.learn_rate:g}; choose a lower learn rate, such as {self.settings.learn_rate / 10:g}."
        )

    def look(self, optimizer: Optimizer) -> None:
        """Score the averaged weights on the dev documents and keep them when they are the best (or there is no dev)."""
        with self.nlp.use_params(optimizer.averages):
            if not all(finite(pipe.model) for pipe in self.pipes):
                self.diverged()
            self.dev_f1 = counts_on(self.nlp, self.dev, self.tell).f1 if self.dev else None
            if self.dev_f1 is None or self.dev_f1 > self.best[0]:
                weights = [pipe.model.to_bytes() for pipe in self.pipes]
                self.best = (-1.0 if self.dev_f1 is None else self.dev_f1, self.step, weights)
        self.looks += 1
        self.tell(always=True)

    def tell(self, *, always: bool = False) -> None:
        """Report, about three times a second unless there is news."""
        now = time.monotonic()
        if always or now - self.told >= 0.3:
            self.told = now
            speed = self.words / max(1e-6, now - self.began)
            progress = Progress(self.step, self.total, float(self.loss), self.dev_f1, speed, looks=self.looks)
            self.report(progress)
            if always:
                self.history.append(progress)


def finite(model: Any) -> bool:
    """Whether every weight of `model` is a number."""
    for node in model.walk():
        for name in node.param_names:
            if node.has_param(name) and not node.ops.xp.isfinite(node.get_param(name)).all():
                return False
    return True
