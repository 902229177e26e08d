"""Spans whose edges can't be right: outside the text, white space at an edge, a token cut in two, overlaps."""

from __future__ import annotations

from collections import Counter
from typing import Any

from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotation.spans import Span
from training.dataset_quality.rows import LISTED, Row, counted
from training.ner.tokenizer import tokenizer_for

OUTSIDE, SPACE, CUT, OVERLAP = "outside", "white_space", "cut_token", "overlap"
SENTENCES = {
    OUTSIDE: ("entity lies outside its text", "entities lie outside their text"),
    SPACE: ("entity starts or ends in white space", "entities start or end in white space"),
    CUT: ("entity starts or ends inside a word", "entities start or end inside a word"),
    OVERLAP: ("entity overlaps another", "entities overlap another"),
}
# Words are forgotten after so many notes: a vocabulary would keep them all.
FRESH = 1_000


class Edges:
    """Fed with rows; lists the kind, note, offsets and label of each finding, never words."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter(dict.fromkeys(SENTENCES, 0))
        self.listed: list[dict[str, Any]] = []
        self.tokenized = 0
        self.tokenizer = tokenizer_for(Vocab())

    def add(self, row: Row) -> None:
        inside = sorted(span for span in row.spans if 0 <= span.start < span.end <= len(row.text))
        for span in row.spans:
            if not 0 <= span.start < span.end <= len(row.text):
                self._note(OUTSIDE, row, span)
        doc = self._doc(row.text) if inside else None
        reach = 0
        for span in inside:
            if row.text[span.start].isspace() or row.text[span.end - 1].isspace():
                self._note(SPACE, row, span)
            elif doc is not None and doc.char_span(span.start, span.end) is None:
                self._note(CUT, row, span)
            if span.start < reach:
                self._note(OVERLAP, row, span)
            reach = max(reach, span.end)

    def _doc(self, text: str) -> Doc:
        self.tokenized += 1
        if self.tokenized % FRESH == 0:
            self.tokenizer = tokenizer_for(Vocab())
        return self.tokenizer(text)  # type: ignore[no-any-return]

    def _note(self, kind: str, row: Row, span: Span) -> None:
        self.kinds[kind] += 1
        if len(self.listed) < LISTED:
            self.listed.append({"kind": kind, "note": row.note_id, **Span(*span[:3]).to_json()})

    def to_json(self) -> dict[str, Any]:
        return {"counts": dict(self.kinds), "spans": self.listed}

    def warnings(self) -> list[str]:
        return [
            f"{counted(self.kinds[kind], *words)}; correct it where it is marked."
            for kind, words in SENTENCES.items()
            if self.kinds[kind]
        ]
