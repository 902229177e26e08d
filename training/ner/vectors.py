"""Floret vectors trained on the project's own raw notes (`ml.md`): what a word means, from the words around it.

A floret table has no words: each word is the mean of the rows that its pieces of letters hash to (Boyd, 2022,
https://explosion.ai/blog/floret-vectors), so the table can be part of a model without holding a word of a note.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc
from spacy.vectors import Vectors
from spacy.vocab import Vocab

from training.ner import child
from training.ner.clock import Clock
from training.ner.tokenizer import tokenizer_for

Rows = npt.NDArray[np.float32]
ENOUGH_WORDS = 200_000  # with fewer, vectors are hardly better than none
FEWEST_WORDS = 1_000  # with fewer, no word comes often enough to be learned


@dataclass(frozen=True, slots=True)
class Floret:
    """How the vectors are trained. The names are those of floret."""

    dim: int = 128
    epochs: int = 5
    buckets: int = 50_000
    hashes: int = 2
    minn: int = 3
    maxn: int = 6


def lines(texts: Iterable[str], most_words: int, tick: Callable[[], None]) -> tuple[bytes, int]:
    """The words of each text in lower case, apart by spaces, a line a text, sorted; and how many words in all.

    Reads texts until it has `most_words`. The order of the texts changes nothing unless there are more.
    """
    tokenize, words, rows = tokenizer_for(Vocab()), 0, []
    for number, text in enumerate(texts):
        tick()
        if number % 500 == 0:
            tokenize = tokenizer_for(Vocab())  # a vocabulary keeps every word it has seen
        found = _words(tokenize(text))
        words += len(found)
        rows.append(" ".join(found).encode())
        if words >= most_words:
            break
    return b"\n".join(sorted(rows)), words


def _words(doc: Doc) -> list[str]:
    return [word for token in doc if (word := token.text.lower().strip()) and not any(map(str.isspace, word))]


def train(corpus: bytes, settings: Floret, clock: Clock, cache: Path | None) -> Vectors:
    """Vectors of `corpus`, the text that :func:`lines` makes; the table is taken from `cache` when it is there."""
    digest = hashlib.sha256(repr(astuple(settings)).encode() + corpus).hexdigest()
    kept = cache / f"vectors-{digest[:32]}.npy" if cache else None
    if kept is not None and kept.exists():
        clock.finish()
        return table(np.load(kept), settings)
    data = child.run("vectors", corpus, astuple(settings), clock.at, passes=settings.epochs + 1)
    clock.finish()
    if kept is not None:
        _keep(kept, data)
    return table(np.load(io.BytesIO(data)), settings)


def table(rows: Rows, settings: Floret) -> Vectors:
    """spaCy's table of `rows`, shape (buckets, dimensions); looked up in lower case."""
    return Vectors(
        data=rows,
        mode="floret",
        minn=settings.minn,
        maxn=settings.maxn,
        hash_count=settings.hashes,
        hash_seed=2166136261,
        attr="LOWER",
    )


def _keep(path: Path, data: bytes) -> None:
    """Write whole or not at all: another trial may read at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(number, "wb") as stream:
        stream.write(data)
    os.replace(draft, path)
