"""Readers and writers of annotated and plain notes, a file a format. Pure: no Django in here.

``read`` streams; a row that is not good in every way becomes a :class:`Rejection` and never stops the rest. A note with
one bad span is rejected whole: half of its gold would teach a model that the other half is no entity. ``write`` streams
too and returns an account of what the format could not hold; nothing is left out unsaid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from annotation.formats.exported import Exported, ExportedSpan, Loss, Written
from annotation.formats.reach import Reading
from annotation.formats.records import FormatError, Record, Rejection
from annotation.formats.settle import Rules

__all__ = [
    "DEFAULT_MAPS",
    "EXPORT_FORMATS",
    "FORMATS",
    "NAMES",
    "Exported",
    "ExportedSpan",
    "FormatError",
    "Loss",
    "Reading",
    "Record",
    "Rejection",
    "Written",
    "parse_label_map",
    "read",
    "suffix_of",
    "write",
]

# Module, name for people, end of the name of a written file (none: read only). A module is loaded when it is used:
# DocBin's needs spaCy, which takes a second.
_FORMATS: dict[str, tuple[str, str, str]] = {
    "jsonl": ("jsonl", "JSONL", ".jsonl"),
    "pubtator": ("pubtator", "PubTator", ".PubTator.txt"),
    "conll": ("conll", "CoNLL (IOB2)", ".conll"),
    "brat": ("brat", "BRAT standoff (zip)", ".zip"),
    "csv": ("csv_format", "CSV", ".csv"),
    "docbin": ("docbin", "spaCy DocBin", ".spacy"),
    "labelstudio": ("labelstudio", "Label Studio JSON", ".json"),
    "doccano": ("doccano", "doccano JSONL", ".doccano.jsonl"),
    "lighttag": ("lighttag", "LightTag JSON", ""),
}
FORMATS: tuple[str, ...] = tuple(_FORMATS)
EXPORT_FORMATS: tuple[str, ...] = tuple(name for name, (_, _, suffix) in _FORMATS.items() if suffix)
NAMES: dict[str, str] = {name: title for name, (_, title, _) in _FORMATS.items()}
DEFAULT_MAPS: dict[str, dict[str, str]] = {"pubtator": {"Chemical": "TREATMENT", "Disease": "DISEASE"}}


def read(
    path: Path,
    format: str,
    *,
    labels: Collection[str],
    label_map: Mapping[str, str] | None = None,
    nested: bool = False,
) -> Reading:
    """A Record or a Rejection for each note of `path`, in the order of the file.

    `labels` are the project's. `label_map` turns the file's labels into them (an empty one leaves the span out,
    counted) and goes before :data:`DEFAULT_MAPS`, which never touches a label that the project has. Raises ValueError
    for an unknown format and OSError for a path that can't be read.
    """
    reader = _part(format, "read", FORMATS)
    path.stat()  # a wrong path is known now, not when the first note is asked for
    rules = Rules(frozenset(labels), dict(label_map or {}), DEFAULT_MAPS.get(format, {}), nested)
    return Reading(reader(path, rules), rules.reach)


def write(path: Path, format: str, rows: Iterable[Exported]) -> Written:
    """Write `rows` to `path` as they come and return what was written and what the format could not hold.

    Rows of one note follow each other. Raises ValueError for an unknown format and FormatError when the format can't
    hold so much.
    """
    written = Written()
    _part(format, "write", EXPORT_FORMATS)(path, rows, written)
    return written


def suffix_of(format: str) -> str:
    """How the name of a written file ends."""
    return _FORMATS[format][2]


def _part(format: str, verb: str, known: Collection[str]) -> Callable[..., Any]:
    if format not in known:
        raise ValueError(f"Unknown format {format!r}; use one of {', '.join(known)}.")
    part: Callable[..., Any] = getattr(import_module(f"annotation.formats.{_FORMATS[format][0]}"), f"{verb}_{format}")
    return part


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
