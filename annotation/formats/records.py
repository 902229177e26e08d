"""What a reader gives: a note read well or the reason why a row was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from annotation.intake import FACETS as FACETS
from annotation.spans import MarkedSpan


class FormatError(ValueError):
    """A row that can't be read; the message is a sentence for the user and never holds the note's text."""


@dataclass(frozen=True, slots=True)
class Record:
    """One note read well.

    ``line`` is where it starts in the file, from 1 (BRAT: the number of the document). ``text`` is exactly as in the
    file. ``spans`` count code points; None: the file says nothing about entities, ``()``: the note has none.
    ``dropped`` counts the spans that the caller's label map leaves out. ``suggested``: the spans are
    a model's and never gold.
    """

    line: int
    external_id: str
    text: str
    spans: tuple[MarkedSpan, ...] | None
    patient: str = ""
    doctor: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    dropped: int = 0
    suggested: bool = False


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was left out, where it starts, its id when it has a usable one, and why."""

    line: int
    external_id: str
    reason: str


Result = Record | Rejection


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity as the file has it: offsets in code points, the file's own label, its text if the file has it.

    ``assertion`` and ``code`` are checked by the reader: some of spans.ASSERTIONS, and a code of ICD-10.
    """

    start: int
    end: int
    label: str
    text: str | None = None
    discontinuous: bool = False
    assertion: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A note as the file has it, not checked yet; ``problems`` are what the reader already found, a sentence each."""

    line: int
    external_id: str
    text: object
    mentions: list[Mention] | None
    fields: Mapping[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    suggested: bool = False
