"""From documents to what a recipe learns from: checks, order, tokens, cross-fitted dictionary tags, examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as TokenSpan
from spacy.training import Example

from training.ner.compiled import compile_static
from training.ner.documents import Document
from training.ner.lexicon import Corpus
from training.ner.mentions import Mentions, mentions_of


@dataclass(frozen=True, slots=True)
class Gold:
    """Documents in tokens, with their mentions in tokens; `cut` spans were widened to whole tokens."""

    docs: list[Doc]
    mentions: list[Mentions]
    cut: int

    def examples(self, tick: Callable[[], None]) -> list[Example]:
        """One Example for each document that has tokens; its predicted Doc keeps the dictionary's tags."""
        made = []
        for doc, mentions in zip(self.docs, self.mentions, strict=True):
            tick()
            made.append(_example(doc, mentions))
        return [example for example in made if len(example.predicted)]


def read(nlp: Language, documents: Sequence[Document], tick: Callable[[], None]) -> Gold:
    """Tokens and mentions of `documents`."""
    docs, mentions, cut = [], [], 0
    for document in documents:
        tick()
        doc = nlp.make_doc(document.text)
        found, widened = mentions_of(doc, document.spans)
        docs.append(doc)
        mentions.append(found)
        cut += widened
    return Gold(docs, list[Mentions](mentions), cut)


def tag(nlp: Language, gold: Gold, labels: Sequence[str], tick: Callable[[], None], *, folds: int, seed: int) -> Corpus:
    """Give the pipeline's ``dictionary`` the static lists and the lexicon of `gold`, and tag its Docs, cross-fitted."""
    corpus = Corpus(gold.docs, gold.mentions, labels, tick)
    dictionary: Any = nlp.get_pipe("dictionary")
    dictionary.static = compile_static(labels, tick)
    dictionary.learned = corpus.learn(range(len(gold.docs)))
    for doc, lexicon in zip(gold.docs, corpus.cross_fit(folds, seed), strict=True):
        tick()
        dictionary.tag(doc, lexicon)
    return corpus


def _example(doc: Doc, mentions: Mentions) -> Example:
    gold = doc.copy()
    gold.set_ents([TokenSpan(gold, start, end, label=label) for start, end, label in mentions], default="outside")
    return Example(doc, gold)
