"""Training: documents in, a calibrated model out, with progress at least once a second and a clean way to cancel.

spaCy's own loop is not used: it writes to disk, scores by its own definition and can't be interrupted between steps.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as TokenSpan
from spacy.training import Example
from thinc.api import Adam, fix_random_seed
from thinc.optimizers import Optimizer

from annotation.spans import Counts, Span, exact_counts
from training.ner.confidence import fit_temperature
from training.ner.documents import Document, Progress, Settings, TrainingError
from training.ner.lexicon import Corpus, compile_static, mentions_of
from training.ner.predict import spans_of
from training.ner.recipe import TRAINED, blank_model

Report = Callable[[Progress], None]
_CHUNK = 8  # dev documents between two reports


@dataclass(slots=True)
class Trained:
    """A trained pipeline. `temperature` is inside `nlp` too; `misaligned` gold spans were widened to whole tokens."""

    nlp: Language
    temperature: float
    misaligned: int
    history: list[Progress] = field(default_factory=list)


def train(
    train: Sequence[Document],
    dev: Sequence[Document],
    *,
    labels: Sequence[str],
    settings: Settings,
    on_progress: Report,
) -> Trained:
    """Train on `train`; with `dev` documents, keep the best weights seen on them and fit the temperature.

    `on_progress` is called at least every second and may raise to cancel: its exception comes out untouched.
    Raises TrainingError when there is nothing to learn from.
    """
    check_documents(train, labels)
    fix_random_seed(settings.seed)
    loop = _Loop(blank_model(settings), sorted(dev, key=lambda d: d.id), settings, on_progress)
    loop.tell(always=True)
    examples, misaligned = _examples(loop, sorted(train, key=lambda d: d.id), sorted(set(labels)))
    loop.run(examples, _initialize(loop.nlp, examples, labels, settings))
    return Trained(loop.nlp, _calibrate(loop), misaligned, loop.history)


def check_documents(documents: Sequence[Document], labels: Sequence[str]) -> None:
    """Raise TrainingError when `documents` have no gold for `labels`, or gold of one label where several are asked."""
    found = Counter(span.label for d in documents for span in d.spans if span.label in set(labels))
    if not documents:
        raise TrainingError("There are 0 documents to train on; annotate some and make them gold.")
    if not found:
        raise TrainingError(
            f"The gold of {len(documents)} documents has no span of {', '.join(sorted(labels))}; annotate some."
        )
    if len(found) == 1 and len(set(labels)) > 1:
        raise TrainingError(
            f"The gold of {len(documents)} documents has only {next(iter(found))} spans, none of "
            f"{', '.join(sorted(set(labels) - set(found)))}; annotate that too, or the model learns never to find it."
        )


def _examples(loop: _Loop, documents: Sequence[Document], labels: Sequence[str]) -> tuple[list[Example], int]:
    """Examples whose predicted Doc has its dictionary tags, cross-fitted; the dictionary gets the lexicon of all."""
    docs = [loop.nlp.make_doc(d.text) for d in documents]
    read = [mentions_of(doc, [s for s in d.spans if s.label in labels]) for doc, d in zip(docs, documents, strict=True)]
    corpus = Corpus(docs, [mentions for mentions, _ in read], labels)
    dictionary: Any = loop.nlp.get_pipe("dictionary")
    dictionary.static = compile_static(labels, loop.tell)
    dictionary.learned = corpus.learn(range(len(docs)))
    for doc, lexicon in zip(docs, corpus.cross_fit(loop.settings.folds, loop.settings.seed, loop.tell), strict=True):
        dictionary.tag(doc, lexicon)
    examples = [_example(doc, mentions) for doc, mentions in zip(docs, corpus.mentions, strict=True) if len(doc)]
    return examples, sum(cut for _, cut in read)


def _example(doc: Doc, mentions: Sequence[tuple[int, int, str]]) -> Example:
    gold = doc.copy()
    gold.set_ents([TokenSpan(gold, start, end, label=label) for start, end, label in mentions], default="outside")
    return Example(doc, gold)


def _initialize(nlp: Language, examples: Sequence[Example], labels: Sequence[str], settings: Settings) -> Optimizer:
    ner: Any = nlp.get_pipe("ner")
    for label in sorted(set(labels)):
        ner.add_label(label)
    nlp.initialize(lambda: examples[:10])
    optimizer: Optimizer = Adam(settings.learn_rate, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True)
    return optimizer


class _Loop:
    """The steps of one training run, its reports and the best weights so far."""

    def __init__(self, nlp: Language, dev: Sequence[Document], settings: Settings, report: Report) -> None:
        self.nlp, self.dev, self.settings, self.report = nlp, dev, settings, report
        self.pipes: list[Any] = [nlp.get_pipe(name) for name in TRAINED]
        self.history: list[Progress] = []
        self.step, self.total, self.words, self.loss = 0, 0, 0, 0.0
        self.dev_f1: float | None = None
        self.best: tuple[float, int, list[bytes]] = (-1.0, 0, [])
        self.began = self.told = time.monotonic()

    def run(self, examples: Sequence[Example], optimizer: Optimizer) -> None:
        """Train, then leave the best averaged weights in the pipeline."""
        batches = list(_batch_sizes(self.settings))
        self.total = _steps(sum(len(e.predicted) for e in examples), batches, self.settings)
        self.began = time.monotonic()
        for batch in _batches(examples, batches[: self.total], self.settings.seed):
            self.update(batch, optimizer)
            if self.step % self.settings.eval_every == 0 or self.step == self.total:
                self.look(optimizer)
                if self.step - self.best[1] >= self.settings.patience:
                    break
            self.tell()
        for pipe, weights in zip(self.pipes, self.best[2], strict=True):
            pipe.model.from_bytes(weights)
        self.tell(always=True)

    def update(self, batch: Sequence[Example], optimizer: Optimizer) -> None:
        """One step. The components are called directly: `Language.update` copies every Doc and aligns it again."""
        losses: dict[str, float] = {}
        for pipe in self.pipes:
            pipe.update(batch, drop=self.settings.dropout, sgd=None, losses=losses)
        for pipe in self.pipes:
            pipe.finish_update(optimizer)
        optimizer.step_schedules()  # type: ignore[no-untyped-call]
        words = sum(len(e.predicted) for e in batch)
        self.step, self.words, self.loss = self.step + 1, self.words + words, losses["ner"] / max(1, words)

    def look(self, optimizer: Optimizer) -> None:
        """Score the averaged weights on the dev documents and keep them when they are the best (or there is no dev)."""
        with self.nlp.use_params(optimizer.averages):
            self.dev_f1 = self.score().f1 if self.dev else None
            if self.dev_f1 is None or self.dev_f1 > self.best[0]:
                weights = [pipe.model.to_bytes() for pipe in self.pipes]
                self.best = (-1.0 if self.dev_f1 is None else self.dev_f1, self.step, weights)
        self.tell(always=True)

    def score(self) -> Counts:
        counts = Counts()
        for chunk in _chunks(self.dev):
            for document, doc in zip(chunk, self.nlp.pipe([d.text for d in chunk]), strict=True):
                counts += exact_counts(document.spans, [found.span for found in spans_of(doc)])
            self.tell()
        return counts

    def tell(self, *, always: bool = False) -> None:
        """Report, at most about three times a second unless there is news."""
        now = time.monotonic()
        if always or now - self.told >= 0.3:
            self.told = now
            speed = self.words / max(1e-6, now - self.began)
            progress = Progress(self.step, self.total, float(self.loss), self.dev_f1, speed)
            self.report(progress)
            if always:
                self.history.append(progress)


def _steps(words: int, batches: Sequence[float], settings: Settings) -> int:
    """The number of steps in which batches of these sizes pass `words` words `settings.epochs` times, within bounds."""
    left, steps = float(words * settings.epochs), 0
    while left > 0 and steps < settings.max_steps:
        left -= batches[steps]
        steps += 1
    return min(settings.max_steps, max(settings.min_steps, steps))


def _batch_sizes(settings: Settings) -> Iterator[float]:
    size = float(settings.batch_start)
    for _ in range(max(settings.max_steps, settings.min_steps)):
        yield size
        size = min(float(settings.batch_stop), size * settings.batch_compound)


def _batches(examples: Sequence[Example], sizes: Sequence[float], seed: int) -> Iterator[list[Example]]:
    """A batch of at least one document and about that many words for each of `sizes`, epoch after epoch."""
    stream = _forever(examples, random.Random(seed))  # noqa: S311
    for size in sizes:
        batch = [next(stream)]
        while sum(len(e.predicted) for e in batch) < size:
            batch.append(next(stream))
        yield batch


def _forever(examples: Sequence[Example], source: random.Random) -> Iterator[Example]:
    order = list(examples)
    while True:
        source.shuffle(order)
        yield from order


def _calibrate(loop: _Loop) -> float:
    """Fit the temperature to the model's own entities on dev (before abbreviations) and put it into the component."""
    ner: Any = loop.nlp.get_pipe("ner")
    steps, right = [], []
    with loop.nlp.select_pipes(disable=["abbreviations"]):
        for chunk in _chunks(loop.dev):
            docs = list(loop.nlp.pipe([d.text for d in chunk]))
            steps.append(ner.steps(docs))
            for document, doc in zip(chunk, docs, strict=True):
                gold = set(document.spans)
                right += [Span(e.start_char, e.end_char, e.label_) in gold for e in doc.ents]
            loop.tell()
    ner.cfg["temperature"] = fit_temperature(steps, right, default=loop.settings.temperature)
    return float(ner.cfg["temperature"])


def _chunks(documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
    for start in range(0, len(documents), _CHUNK):
        yield documents[start : start + _CHUNK]
