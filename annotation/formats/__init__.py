"""Readers of annotated and plain notes: JSONL, PubTator, CoNLL, BRAT and CSV. Pure: no Django in here.

``read`` streams; a row that is not good in every way becomes a :class:`Rejection` and never stops the rest. A note with
one bad span is rejected whole: half of its gold would teach a model that the other half is no entity.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from annotation.formats.brat import read_brat
from annotation.formats.conll import read_conll
from annotation.formats.csv_format import read_csv
from annotation.formats.jsonl import read_jsonl
from annotation.formats.pubtator import read_pubtator
from annotation.formats.records import Record, Rejection
from annotation.formats.settle import Rules

__all__ = ["DEFAULT_MAPS", "FORMATS", "Record", "Rejection", "parse_label_map", "read"]

FORMATS: tuple[str, ...] = ("jsonl", "pubtator", "conll", "brat", "csv")
DEFAULT_MAPS: dict[str, dict[str, str]] = {"pubtator": {"Chemical": "TREATMENT", "Disease": "DISEASE"}}
_READERS: dict[str, Callable[[Path, Rules], Iterator[Record | Rejection]]] = {
    "jsonl": read_jsonl,
    "pubtator": read_pubtator,
    "conll": read_conll,
    "brat": read_brat,
    "csv": read_csv,
}


def read(
    path: Path,
    format: str,
    *,
    labels: Collection[str],
    label_map: Mapping[str, str] | None = None,
    nested: bool = False,
) -> Iterator[Record | Rejection]:
    """A Record or a Rejection for each note of `path`, in the order of the file.

    `labels` are the project's. `label_map` turns the file's labels into them (an empty one leaves the span out,
    counted) and goes before :data:`DEFAULT_MAPS`, which never touches a label that the project has. Raises ValueError
    for an unknown format and OSError for a path that can't be read.
    """
    if format not in _READERS:
        raise ValueError(f"Unknown format {format!r}; use one of {', '.join(FORMATS)}.")
    path.stat()  # a wrong path is known now, not when the first note is asked for
    rules = Rules(frozenset(labels), dict(label_map or {}), DEFAULT_MAPS.get(format, {}), nested)
    return _READERS[format](path, rules)


def parse_label_map(pairs: Iterable[str]) -> dict[str, str]:
    """``["Chemical=TREATMENT", "Dosage="]`` as a map; ``Dosage=`` leaves spans out. ValueError on anything else."""
    found: dict[str, str] = {}
    for pair in pairs:
        label, sign, target = (part.strip() for part in pair.partition("="))
        if not label or not sign:
            raise ValueError(f"The label map {pair!r} has no FROM=TO; write for example Chemical=TREATMENT.")
        if found.get(label, target) != target:
            raise ValueError(f"The label {label!r} is mapped twice; keep one of them.")
        found[label] = target
    return found
