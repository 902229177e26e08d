"""A recogniser that is a dictionary alone: every longest match of a known term is an entity.

Terms are kept as hashes, as in ``dictionary.py``: a packaged model holds no word of a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span

from training.ner.phrases import Phrases, Words
from training.ner.tempered import Tempered

Precisions = npt.NDArray[np.float32]


class Matcher(Tempered):
    """The pipeline component. The code of a phrase is the place of its label in `labels`, from 1."""

    def __init__(self, name: str = "ner") -> None:
        self.name = name
        self.labels: list[str] = []
        self.phrases = Phrases.empty()
        self.precisions: Precisions = np.zeros(0, np.float32)  # of each phrase, in the order of phrases.keys

    def __call__(self, doc: Doc) -> Doc:
        found = []
        for start, end, code, key in Words(doc).matches(self.phrases) if len(doc) else ():
            precision = self.precisions[np.searchsorted(self.phrases.keys, key)]
            found.append((Span(doc, start, end, label=self.labels[code - 1]), float(precision)))
        return self.put(doc, found)

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        for doc in stream:
            yield self(doc)

    def to_bytes(self, *, exclude: Sequence[str] = ()) -> bytes:
        tables = [table.tobytes() for table in (self.phrases.keys, self.phrases.codes, self.precisions)]
        data: bytes = srsly.msgpack_dumps([self.labels, self.temperature, tables])
        return data

    def from_bytes(self, data: bytes, *, exclude: Sequence[str] = ()) -> Matcher:
        self.labels, self.temperature, (keys, codes, precisions) = srsly.msgpack_loads(data)
        self.phrases = Phrases(np.frombuffer(keys, np.uint64), np.frombuffer(codes, np.uint8))
        self.precisions = np.frombuffer(precisions, np.float32)
        return self

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> Matcher:
        return self.from_bytes(Path(path).read_bytes())


@Language.factory("marginalia_matcher")
def _make(nlp: Language, name: str) -> Any:
    return Matcher(name)
