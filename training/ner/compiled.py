"""The static term lists compiled to hashes, once a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from spacy.attrs import IS_SPACE, LOWER
from spacy.strings import StringStore
from spacy.vocab import Vocab

from training.ner.phrases import LONGEST, Keys, Phrases, Words
from training.ner.terms import has_terms, static_terms
from training.ner.tokenizer import tokenizer_for

MIN_LETTERS = 3
Tick = Callable[[], None]


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
