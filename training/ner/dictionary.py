"""Dictionary features: which tokens a term list knows, as two token attributes that the embedding reads.

A phrase is at most `LONGEST` tokens, lower case, without hyphens, kept as one 64-bit hash: a packaged model holds
no term as text, neither of the static lists nor of the gold. A hash can still be guessed by somebody who already knows
the term (it is not keyed, because an artefact has to serve on its own), as with any model trained on the gold.

The static list's tag travels in ``token.tag`` and the learned lexicon's in ``token.lemma``: a Doc offers no free
integer column, and nothing in these pipelines uses either. A tag is ``4 x (code - 1) + BILU + 1``; 0 is "no match".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import srsly
from spacy.attrs import LEMMA, TAG
from spacy.language import Language
from spacy.tokens import Doc

from training.ner.phrases import Phrases, Words


class Dictionary:
    """The pipeline component that tags tokens before the model reads them. Holds two maps and no cache."""

    def __init__(self, name: str = "dictionary") -> None:
        self.name = name
        self.static = Phrases.empty()
        self.learned = Phrases.empty()

    def __call__(self, doc: Doc) -> Doc:
        return self.tag(doc, self.learned)

    def tag(self, doc: Doc, learned: Phrases) -> Doc:
        """Tag `doc` with the static list and with `learned`, which for a training document leaves out its own fold."""
        if len(doc):
            words = Words(doc)
            tags: Any = np.stack([words.tags(self.static), words.tags(learned)], axis=1)
            doc.from_array([TAG, LEMMA], tags)
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        for doc in stream:
            yield self(doc)

    def to_bytes(self, *, exclude: Sequence[str] = ()) -> bytes:
        maps = (self.static, self.learned)
        data: bytes = srsly.msgpack_dumps([[each.keys.tobytes(), each.codes.tobytes()] for each in maps])
        return data

    def from_bytes(self, data: bytes, *, exclude: Sequence[str] = ()) -> Dictionary:
        self.static, self.learned = (
            Phrases(np.frombuffer(keys, np.uint64), np.frombuffer(codes, np.uint8))
            for keys, codes in srsly.msgpack_loads(data)
        )
        return self

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> Dictionary:
        return self.from_bytes(Path(path).read_bytes())


@Language.factory("marginalia_dictionary")
def _make(nlp: Language, name: str) -> Any:
    return Dictionary(name)
