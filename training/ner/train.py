"""Training: documents in, a calibrated model out, with progress at least once a second and a clean way to cancel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as TokenSpan
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from annotation.spans import Span
from training.ner.confidence import fit_temperature
from training.ner.documents import Document, Progress, Settings, TrainingError
from training.ner.lexicon import Corpus, compile_static, mentions_of
from training.ner.loop import Loop, Optimizer, Report, chunks
from training.ner.recipe import blank_model


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
    loop = Loop(blank_model(settings), _in_order(dev, labels), settings, on_progress)
    loop.tell(always=True)
    examples, misaligned = _examples(loop, _in_order(train, labels), sorted(set(labels)))
    optimizer = _initialize(loop.nlp, examples, labels, settings)
    loop.tell()
    loop.run(examples, optimizer)
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


def _in_order(documents: Sequence[Document], labels: Sequence[str]) -> list[Document]:
    """By id, so that the order of a query does not change the model; with the gold of `labels` only."""
    wanted = [replace(d, spans=tuple(s for s in d.spans if s.label in labels)) for d in documents]
    return sorted(wanted, key=lambda d: d.id)


def _examples(loop: Loop, documents: Sequence[Document], labels: Sequence[str]) -> tuple[list[Example], int]:
    """Examples whose predicted Doc has its dictionary tags, cross-fitted; the dictionary gets the lexicon of all."""
    docs = [loop.nlp.make_doc(d.text) for d in loop.ticking(documents)]
    read = [mentions_of(doc, d.spans) for doc, d in zip(docs, loop.ticking(documents), strict=True)]
    corpus = Corpus(docs, [mentions for mentions, _ in read], labels, loop.tell)
    dictionary: Any = loop.nlp.get_pipe("dictionary")
    dictionary.static = compile_static(labels, loop.tell)
    dictionary.learned = corpus.learn(range(len(docs)))
    lexicons = corpus.cross_fit(loop.settings.folds, loop.settings.seed)
    for doc, lexicon in zip(loop.ticking(docs), lexicons, strict=True):
        dictionary.tag(doc, lexicon)
    made = [_example(doc, mentions) for doc, mentions in zip(docs, loop.ticking(corpus.mentions), strict=True)]
    return [example for example in made if len(example.predicted)], sum(cut for _, cut in read)


def _example(doc: Doc, mentions: Sequence[tuple[int, int, str]]) -> Example:
    gold = doc.copy()
    gold.set_ents([TokenSpan(gold, start, end, label=label) for start, end, label in mentions], default="outside")
    return Example(doc, gold)


def _initialize(nlp: Language, examples: Sequence[Example], labels: Sequence[str], settings: Settings) -> Optimizer:
    ner: Any = nlp.get_pipe("ner")
    for label in sorted(set(labels)):
        ner.add_label(label)
    nlp.initialize(lambda: examples[:10])
    return Adam(settings.learn_rate, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True)


def _calibrate(loop: Loop) -> float:
    """Fit the temperature to the model's own entities on dev (before abbreviations) and put it into the component."""
    ner: Any = loop.nlp.get_pipe("ner")
    steps, right = [], []
    with loop.nlp.select_pipes(disable=["abbreviations"]):
        for chunk in chunks(loop.dev):
            docs = list(loop.nlp.pipe([d.text for d in chunk]))
            steps.append(ner.steps(docs))
            for document, doc in zip(chunk, docs, strict=True):
                gold = set(document.spans)
                right += [Span(e.start_char, e.end_char, e.label_) in gold for e in doc.ents]
            loop.tell()
    ner.cfg["temperature"] = fit_temperature(steps, right, default=loop.settings.temperature)
    return float(ner.cfg["temperature"])
