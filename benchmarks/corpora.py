"""The corpora of ../shared/corpora (see its README) as documents; nothing of them is in this repository."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from annotation.spans import Span
from training.ner import Document

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"
LABELS = {
    "bc5cdr": ("DISEASE", "TREATMENT"),
    "ncbi_disease": ("DISEASE",),
    "phee": ("DISEASE", "TREATMENT"),
}
# Only the training part of PHEE: its dev part is what the recipes are measured on.
RAW = ("mtsamples/all", "aci_bench/all", "phee/train", "biotext/train")


def documents(corpus: str, split: str) -> list[Document]:
    """The documents of one split with the gold of the corpus' labels in :data:`LABELS`."""
    return [_document(row, LABELS[corpus]) for row in _rows(f"{corpus}/{split}")]


def raw_texts() -> Iterator[str]:
    """Medical texts without their gold, for vectors."""
    for name in RAW:
        for row in _rows(name):
            yield row["text"]


def _rows(name: str) -> Iterator[dict]:
    with open(CORPORA / f"{name}.jsonl", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def _document(row: dict, labels: tuple[str, ...]) -> Document:
    spans = {Span(e["start"], e["end"], e["label"]) for e in row["entities"] if e["label"] in labels}
    return Document(row["id"], row["text"], tuple(sorted(spans)))
