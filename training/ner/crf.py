"""A recogniser that is a conditional random field: seconds to train, and a second opinion.

An entity's score is the least marginal probability of its tokens. CRFsuite's own model file is what is kept, without
any pickle; its features are hashes (see ``features.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pycrfsuite  # type: ignore[import-untyped]
import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span

from training.ner.children.crf import items
from training.ner.features import table
from training.ner.tags import spans
from training.ner.tempered import Tempered


class FieldRecognizer(Tempered):
    """The pipeline component. The tag of a token is "0", or 2n + 1 where an entity of the n-th label begins, 2n + 2
    inside one."""

    def __init__(self, name: str = "ner") -> None:
        self.name = name
        self.labels: list[str] = []
        self.key = b""
        self.model = b""
        self._tagger: Any = None

    def use(self, model: bytes) -> None:
        """Tag with `model`, the bytes of a CRFsuite model file, from now on."""
        self.model = model
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(model)

    def __call__(self, doc: Doc) -> Doc:
        if not len(doc):
            return self.put(doc, [])
        tags = self._tagger.tag(items(table(doc, self.key)))
        sure = [0.0 if tag == "0" else self._tagger.marginal(tag, at) for at, tag in enumerate(tags)]
        found = spans(list(map(int, tags)))
        return self.put(
            doc, [(Span(doc, start, end, label=self.labels[n]), min(sure[start:end])) for start, end, n in found]
        )

    def pipe(self, stream: Iterable[Doc], batch_size: int = 64) -> Iterator[Doc]:
        for doc in stream:
            yield self(doc)

    def to_bytes(self, *, exclude: Sequence[str] = ()) -> bytes:
        data: bytes = srsly.msgpack_dumps([self.labels, self.temperature, self.key, self.model])
        return data

    def from_bytes(self, data: bytes, *, exclude: Sequence[str] = ()) -> FieldRecognizer:
        self.labels, self.temperature, self.key, model = srsly.msgpack_loads(data)
        self.use(model)
        return self

    def to_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> None:
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Sequence[str] = ()) -> FieldRecognizer:
        return self.from_bytes(Path(path).read_bytes())


@Language.factory("marginalia_crf")
def _make(nlp: Language, name: str) -> Any:
    return FieldRecognizer(name)
