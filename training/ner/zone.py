"""A memory zone that leaves nothing behind: what a service reads with its model for months must not make it grow.

spaCy frees the words of a zone, but the tables that found them keep a cell for each word ever seen and double when
those are many: after 1.2 million new words two of them held 38 MB (spaCy 3.8, preshed 3.0). So the tables are made
anew now and then, which takes a millisecond; the words they held come back when a text has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from spacy.attrs import NORM
from spacy.language import Language

# So many characters hold at most some hundred thousand new words: tables of 4 MB.
RENEW_CHARACTERS = 1_000_000
_REST = ("strings", "vectors", "lookups")

_read: WeakKeyDictionary[Language, int] = WeakKeyDictionary()


@contextmanager
def zone(nlp: Language, characters: int) -> Iterator[None]:
    """``nlp.memory_zone()`` for texts of so many characters. As spaCy's, for one thread a model and never nested."""
    _read[nlp] = _read.get(nlp, 0) + characters
    with nlp.memory_zone():
        yield
    if _read[nlp] >= RENEW_CHARACTERS:
        _read[nlp] = 0
        _renew(nlp.vocab)


def _renew(vocab: Any) -> None:
    """New tables with the model's own strings; its vectors stay. No Doc of before may be used again."""
    norm = vocab.lex_attr_getters.get(NORM)
    vocab.strings.from_bytes(vocab.strings.to_bytes())
    # Reading nothing of all that could be read makes the table of lexemes anew. Where the language has a table of
    # norms, it also wraps the function that looks there once more.
    vocab.from_bytes(vocab.to_bytes(exclude=_REST), exclude=_REST)
    if norm is not None:
        vocab.lex_attr_getters[NORM] = norm
