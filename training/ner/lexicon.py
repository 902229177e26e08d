"""Where the dictionary's maps come from: the static lists compiled, and a lexicon learned from the gold.

The learned lexicon tags each entry with its label and with how often it was gold where it matched (:data:`CLASSES`).
A training document is tagged with the lexicon of the other folds (cross-fitting): tagged with its own, every gold span
would be in the lexicon and the model would learn to trust it blindly.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from spacy.attrs import IS_SPACE, LOWER
from spacy.language import Language
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotation.spans import Span
from training.ner.dictionary import LONGEST, Keys, Phrases, Words
from training.ner.documents import Document
from training.ner.terms import has_terms, static_terms
from training.ner.tokenizer import tokenizer_for

CLASSES = (0.3, 0.8)  # precision below .3, below .8, and more: see ml.md
MIN_LETTERS = 3
Tick = Callable[[], None]
Mentions = Sequence[tuple[int, int, str]]  # token start, token end (exclusive), label


def compile_static(labels: Sequence[str], tick: Tick = lambda: None) -> Phrases:
    """The static lists of those `labels` that have one; the code is the label's place among them, from 1.

    Calls `tick` several times a second. The first call of a process takes 2 CPU seconds.
    """
    parts = [_hashes(label, tick) for label in sorted(filter(has_terms, labels))]
    if not parts:
        return Phrases.empty()
    codes = [np.full(len(keys), code, np.uint8) for code, keys in enumerate(parts, start=1)]
    # A term on two lists keeps the first label: np.unique returns the first place of each key.
    keys, first = np.unique(np.concatenate(parts), return_index=True)
    return Phrases(keys, np.concatenate(codes)[first])


_COMPILED: dict[str, Keys] = {}  # one entry a list, 0.8 MB


def _hashes(label: str, tick: Tick) -> Keys:
    """Phrase hashes of one list, sorted, each once."""
    if label not in _COMPILED:
        tick()
        terms = [term for term in static_terms(label) if len(term) >= MIN_LETTERS]
        parts = []
        for at in range(0, len(terms), 5_000):
            tick()
            parts.append(_phrase_hashes(terms[at : at + 5_000]))
        _COMPILED[label] = np.unique(np.concatenate(parts))
    return _COMPILED[label]


def _phrase_hashes(terms: Sequence[str]) -> Keys:
    # One text with a line for each term: a Doc and a few arrays for each of 180,000 terms would take 10 s.
    # The vocabulary makes the two attributes that are read; spaCy's usual fifteen take three times as long.
    vocab = Vocab(lex_attr_getters={LOWER: str.lower, IS_SPACE: str.isspace})
    doc = tokenizer_for(vocab)("\n".join(terms) + "\n")
    words = Words(doc)
    ends = np.searchsorted(words.tokens, np.flatnonzero(doc.to_array([LOWER]) == StringStore().add("\n")))
    starts = np.concatenate([[0], ends[:-1]])
    sizes = ends - starts
    return np.concatenate([words.hashes[n - 1][starts[sizes == n]] for n in range(1, LONGEST + 1)])


class Corpus:
    """Training texts with their gold in tokens, read once; :meth:`learn` and :meth:`cross_fit` count over them.

    `tick` is called for each document read.
    """

    def __init__(
        self, docs: Sequence[Doc], mentions: Sequence[Mentions], labels: Sequence[str], tick: Tick = lambda: None
    ) -> None:
        self.words = [Words(doc) for doc in docs]
        self.tick = tick
        self.mentions = mentions
        self.labels = list(labels)

    def learn(self, chosen: Sequence[int]) -> Phrases:
        """The lexicon of the documents at the places `chosen`."""
        gold = self._gold_labels(chosen)
        if not gold:
            return Phrases.empty()
        keys = np.array(list(gold), dtype=np.uint64)
        matched, right = self._matched(chosen, Phrases(keys, np.ones(len(keys), np.uint8)), gold)
        codes = [self._code(gold[key], right[key] / max(1, matched[key])) for key in gold]
        return Phrases(keys, np.array(codes, dtype=np.uint8))

    def cross_fit(self, folds: int, seed: int) -> list[Phrases]:
        """For each document a lexicon learned without the fold it is in."""
        fold_of = fold_numbers(len(self.words), folds, seed)
        lexicons = []
        for fold in range(folds):
            lexicons.append(self.learn([at for at, other in enumerate(fold_of) if other != fold]))
        return [lexicons[fold] for fold in fold_of]

    def _gold_labels(self, chosen: Sequence[int]) -> dict[int, str]:
        """Each gold phrase with its most frequent label; ties go to the label that is first in the alphabet."""
        votes: dict[int, Counter[str]] = {}
        for at in chosen:
            for start, end, label in self.mentions[at]:
                key = self.words[at].key(start, end)
                if key is not None:
                    votes.setdefault(int(key), Counter())[label] += 1
        return {key: min(count, key=lambda label: (-count[label], label)) for key, count in votes.items()}

    def _matched(
        self, chosen: Sequence[int], phrases: Phrases, gold: dict[int, str]
    ) -> tuple[Counter[int], Counter[int]]:
        """How often each phrase was the longest match, and how often that match was gold with its label."""
        matched: Counter[int] = Counter()
        right: Counter[int] = Counter()
        for at in chosen:
            self.tick()
            expected = set(self.mentions[at])
            for start, end, _, key in self.words[at].matches(phrases):
                matched[int(key)] += 1
                right[int(key)] += (start, end, gold[int(key)]) in expected
        return matched, right

    def _code(self, label: str, precision: float) -> int:
        place = sum(precision >= bound for bound in CLASSES)
        return 1 + (len(CLASSES) + 1) * self.labels.index(label) + place


def fold_numbers(count: int, folds: int, seed: int) -> list[int]:
    """A fold for each of `count` places: as equal as can be, shuffled by `seed`."""
    numbers = [at % folds for at in range(count)]
    random.Random(seed).shuffle(numbers)  # noqa: S311
    return numbers


def mentions_of(doc: Doc, spans: Sequence[Span]) -> tuple[list[tuple[int, int, str]], int]:
    """Gold spans in tokens, widened to the tokens they cut, and how many were cut; of overlapping ones the longest."""
    widened, cut = [], 0
    for span in spans:
        exact = doc.char_span(span.start, span.end)
        found = exact or doc.char_span(span.start, span.end, alignment_mode="expand")
        cut += exact is None
        if found is not None:
            widened.append((found.start, found.end, span.label))
    return _without_overlaps(widened), cut


def _without_overlaps(mentions: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for start, end, label in sorted(mentions, key=lambda m: (m[0] - m[1], m)):
        if all(end <= other[0] or other[1] <= start for other in kept):
            kept.append((start, end, label))
    return sorted(kept)


def count_misaligned(nlp: Language, documents: Sequence[Document]) -> int:
    """How many gold spans of `documents` cut a token of `nlp`'s tokeniser."""
    return sum(mentions_of(nlp.make_doc(d.text), d.spans)[1] for d in documents)
