"""Packing a DocBin as spaCy does, without a Doc a note: the tokeniser's columns go into the file's."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spacy.attrs import ENT_ID, ENT_IOB, ENT_KB_ID, ENT_TYPE, LENGTH, ORTH, SPACY
from spacy.lang.en import English
from srsly.msgpack._packer import Packer  # srsly's own looks its plug-ins up for every object

from annotation.formats.exported import Exported, ExportedSpan, Written, outermost
from annotation.formats.records import FormatError
from annotation.formats.words import cut_at_spans

MAX_TOKENS = 5_000_000
COLUMNS = (ORTH, ENT_IOB, ENT_TYPE, ENT_KB_ID, ENT_ID)
OUTSIDE, INSIDE, BEGINS = 2, 1, 3
NESTED_KEY = "sc"
SPAN = struct.Struct(">QQQllll")  # id, kb_id, label, first token, token after the last, the same in characters
Array = np.ndarray[Any, Any]


def write_docbin(path: Path, rows: Iterable[Exported], written: Written) -> None:
    """A document a row. Who made it, facets and scores are in user_data; nested spans under ``sc``."""
    packer = _Packer()
    for row in rows:
        written.row(row)
        packer.add(row, written)
    path.write_bytes(packer.packed())


class _Packer:
    """Columns of all notes so far. spaCy loads a DocBin as one whole, so it may not grow without end."""

    def __init__(self) -> None:
        nlp = English()
        self._tokenizer, self._strings = nlp.tokenizer, nlp.vocab.strings
        self._used: set[int] = {0}
        self._count = 0
        self._tokens: list[Array] = []
        self._spaces: list[Array] = []
        self._groups: list[bytes] = []
        self._said: list[bytes] = []

    def _hash(self, name: str) -> int:
        found: int = self._strings.add(name) if name else 0
        self._used.add(found)
        return found

    def add(self, row: Exported, written: Written) -> None:
        words, starts, ends, spaces = self._words(row, written)
        self._count += len(words)
        if self._count > MAX_TOKENS:
            raise FormatError(
                f"The notes have more than {MAX_TOKENS:,} words, too many for a DocBin, which is loaded as one whole; "
                "narrow the filters or take JSONL."
            )
        spans = row.spans or ()
        firsts = np.searchsorted(starts, [span.start for span in spans]).tolist()
        afters = (np.searchsorted(ends, [span.end for span in spans]) + 1).tolist()
        kept = set(outermost(spans))
        table = np.zeros((len(words), len(COLUMNS)), dtype="uint64")
        table[:, 0] = words
        table[:, 1] = OUTSIDE if row.spans is not None else 0
        for span, first, after in zip(spans, firsts, afters, strict=True):
            if span in kept:
                table[first:after, 1] = INSIDE
                table[first, 1] = BEGINS
                table[first:after, 2:] = [self._hash(name) for name in _names(span)]
        self._tokens.append(table)
        self._spaces.append(spaces)
        self._groups.append(self._group(spans, firsts, afters) if len(kept) < len(spans) else _packed([]))
        self._said.append(_packed(_user_data(row)))

    def _words(self, row: Exported, written: Written) -> tuple[Any, Array, Array, Array]:
        """Hashes, starts, ends of the words, and whether a space follows; words that a span cuts are parted."""
        words, lengths, spaces = self._tokenizer(row.text).to_array([ORTH, LENGTH, SPACY]).T
        after = np.cumsum(lengths + spaces).astype("int64")
        ends = after - spaces.astype("int64")
        starts = ends - lengths.astype("int64")
        edges = np.array([edge for span in row.spans or () for edge in (span.start, span.end)], dtype="int64")
        at = np.searchsorted(starts, edges, side="right") - 1
        if not ((edges > starts[at]) & (edges < ends[at])).any():
            self._used.update(words.tolist())
            return words, starts, ends, spaces.astype(bool)
        places = cut_at_spans(zip(starts.tolist(), ends.tolist(), strict=True), row, written)
        starts, ends = np.array(places).T
        parted = [self._hash(row.text[start:end]) for start, end in places]
        return parted, starts, ends, np.append(starts[1:], len(row.text)) > ends

    def _group(self, spans: Sequence[ExportedSpan], firsts: list[int], afters: list[int]) -> bytes:
        rows = []
        for span, first, after in zip(spans, firsts, afters, strict=True):
            label, code, assertion = (self._hash(name) for name in _names(span))
            rows.append(SPAN.pack(assertion, code, label, first, after, span.start, span.end))
        return _packed({_packed({"name": NESTED_KEY, "attrs": {}, "spans": rows}): [NESTED_KEY]})

    def packed(self) -> bytes:
        """The file. Strings are those that stand in it, not all that the tokeniser knows."""
        lengths = np.array([len(table) for table in self._tokens], dtype="int32")
        said = {
            "version": "0.1",
            "attrs": list(COLUMNS),
            "tokens": np.vstack([np.zeros((0, len(COLUMNS)), dtype="uint64"), *self._tokens]).tobytes("C"),
            "spaces": np.concatenate([np.zeros(0, dtype=bool), *self._spaces]).tobytes("C"),
            "lengths": lengths.tobytes("C"),
            "strings": sorted(self._strings[word] for word in self._used),
            "cats": [{}] * len(lengths),
            "flags": [{"has_unknown_spaces": False}] * len(lengths),
            "span_groups": self._groups,
            "user_data": self._said,
        }
        return zlib.compress(_packed(said), 3)


def _packed(value: Any) -> bytes:
    found: bytes = Packer(use_bin_type=True).pack(value)
    return found


def _names(span: ExportedSpan) -> tuple[str, str, str]:
    return span.label, span.code, "+".join(span.assertion)


def _user_data(row: Exported) -> dict[str, Any]:
    scores = [[span.start, span.end, span.label, span.score] for span in row.spans or () if span.score is not None]
    return {"id": row.external_id, "facets": dict(row.facets), "made": row.made(), "scores": scores}
