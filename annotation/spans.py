"""Spans of a note: the one definition of where an entity is and of how accurate a prediction is.

Offsets count Unicode code points from 0, end-exclusive: ``text[span.start:span.end]`` is the mention.
Browsers count UTF-16 code units; :func:`to_utf16` and :func:`from_utf16` convert. No Django in here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

MAX_TEXT = 20_000
_SURROGATE = re.compile("[\ud800-\udfff]")
MAX_SPANS = 5_000
# The last character that is one UTF-16 unit.
BMP = "\uffff"
# Enough to see what is wrong; stops stacked spans from costing their square.
MAX_PROBLEMS = 20


class TextError(ValueError):
    """The text of a note can't be taken; the message never holds the text."""


class SpanError(ValueError):
    """A span does not fit its note; the message names offsets and label, never the text."""


class Span(NamedTuple):
    """One entity: ``start`` and ``end`` in code points, end-exclusive, and the label's name."""

    start: int
    end: int
    label: str

    def to_json(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "label": self.label}


# What a note says of an entity besides naming it; nothing said: present, current, the patient's own.
ASSERTIONS = ("negated", "possible", "historical", "family")
# A code of ICD-10, with or without the dot and what follows it.
ICD10 = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?")


class MarkedSpan(NamedTuple):
    """A span with what a person says of it: ``assertion``, some of ASSERTIONS in order, and an ICD-10 ``code``."""

    start: int
    end: int
    label: str
    assertion: tuple[str, ...] = ()
    code: str = ""

    @property
    def span(self) -> Span:
        return Span(self.start, self.end, self.label)

    def to_json(self) -> dict[str, Any]:
        said = {"assertion": list(self.assertion)} if self.assertion else {}
        return {**self.span.to_json(), **said, **({"code": self.code} if self.code else {})}


class ScoredSpan(NamedTuple):
    """A predicted entity with ``score``, the model's confidence in [0, 1]."""

    start: int
    end: int
    label: str
    score: float

    @property
    def span(self) -> Span:
        return Span(self.start, self.end, self.label)

    def to_json(self) -> dict[str, Any]:
        return {**self.span.to_json(), "score": self.score}


AnySpan = TypeVar("AnySpan", Span, MarkedSpan, ScoredSpan)


def check_text(text: object) -> str:
    """Return `text` unchanged when a note can hold it, else raise :class:`TextError`."""
    if not isinstance(text, str):
        raise TextError(f"The text is {type(text).__name__}, not a string; send the note as a string.")
    if not text.strip():
        raise TextError("The text is empty; send at least one character that is not a space.")
    if len(text) > MAX_TEXT:
        raise TextError(f"The text has {len(text):,} characters, more than {MAX_TEXT:,}; split the note.")
    if "\x00" in text:
        raise TextError(f"The text has a NUL character at {text.index(chr(0))}; remove it.")
    surrogate = _SURROGATE.search(text)
    if surrogate is not None:
        raise TextError(f"The text has a lone surrogate at {surrogate.start()}; send valid Unicode.")
    return text


def spans_from_json(rows: object) -> list[Span]:
    """Spans from ``[{"start", "end", "label", …}]``; raises :class:`SpanError` naming the row that is wrong."""
    if not isinstance(rows, list):
        raise SpanError(f"Spans are {type(rows).__name__}, not a list; send a list of objects.")
    if len(rows) > MAX_SPANS:
        raise SpanError(f"There are {len(rows):,} spans, more than {MAX_SPANS:,}; split the note.")
    return [_span_from_json(row, number) for number, row in enumerate(rows)]


def _span_from_json(row: object, number: int) -> Span:
    if not isinstance(row, Mapping):
        raise SpanError(f"Span {number} is {type(row).__name__}, not an object with start, end and label.")
    start, end, label = row.get("start"), row.get("end"), row.get("label")
    # bool is an int in Python, never an offset.
    if type(start) is not int or type(end) is not int:
        raise SpanError(f"Span {number} has no whole-number start and end; send both as integers.")
    if not isinstance(label, str) or not label:
        raise SpanError(f"Span {number} at {start}-{end} has no label; name one of the project's labels.")
    return Span(start, end, label)


def marked_from_json(rows: object) -> list[MarkedSpan]:
    """As :func:`spans_from_json`, with assertion and code where a row has them."""
    spans = spans_from_json(rows)
    return [_marked(span, row, number) for number, (span, row) in enumerate(zip(spans, _rows(rows), strict=True))]


def _rows(rows: object) -> list[Mapping[str, Any]]:
    return rows if isinstance(rows, list) else []


def _marked(span: Span, row: Mapping[str, Any], number: int) -> MarkedSpan:
    said, code = row.get("assertion") or [], row.get("code") or ""
    if not isinstance(said, list | tuple) or not set(map(str, said)) <= set(ASSERTIONS):
        raise SpanError(f"Span {number} at {span.start}-{span.end}: assertion takes only {', '.join(ASSERTIONS)}.")
    if not isinstance(code, str) or (code and not ICD10.fullmatch(code)):
        raise SpanError(f"Span {number} at {span.start}-{span.end}: the code is not of ICD-10; write it like E11.9.")
    return MarkedSpan(*span, tuple(name for name in ASSERTIONS if name in said), code)


def span_problems(
    text: str, spans: Iterable[Span | MarkedSpan | ScoredSpan], labels: Collection[str], *, nested: bool = False
) -> list[str]:
    """Everything that is wrong with `spans` over `text`, a sentence each; empty when all is well.

    Checked: bounds, a mention that starts or ends in white space, unknown labels, the same span twice, and
    overlaps (with ``nested`` only crossing ones, of which neither holds the other).
    """
    problems: list[str] = []
    fitting: list[Span] = []
    for span in sorted(Span(s.start, s.end, s.label) for s in spans):
        problem = _problem(text, span, labels)
        if problem:
            problems.append(problem)
        else:
            fitting.append(span)
    return problems + _overlaps(fitting, nested=nested)


def _problem(text: str, span: Span, labels: Collection[str]) -> str | None:
    start, end, label = span
    if not 0 <= start < end <= len(text):
        said = f" is outside the text of {len(text)} characters or empty; correct its offsets."
    elif text[start].isspace() or text[end - 1].isspace():
        said = " starts or ends in white space; move its edge."
    elif label not in labels:
        said = f": unknown label {label!r}; use one of {', '.join(sorted(labels))}."
    else:
        return None
    return f"Span {start}-{end} {label}{said}"


def _overlaps(spans: Sequence[Span], *, nested: bool) -> list[str]:
    problems: list[str] = []
    open_spans: list[Span] = []
    for span in sorted(spans):
        if len(problems) >= MAX_PROBLEMS:
            break
        open_spans = [other for other in open_spans if other.end > span.start]
        for other in open_spans:
            holds = span.end <= other.end or span.start == other.start
            if (span.start, span.end) == (other.start, other.end) or not (nested and holds):
                problems.append(
                    f"Span {span.start}-{span.end} {span.label} overlaps {other.start}-{other.end} {other.label}; "
                    "keep one of them."
                )
        open_spans.append(span)
    return problems


@dataclass(frozen=True, slots=True)
class Counts:
    """True positives, false positives, false negatives. Adds up: ``sum(counts, Counts())``."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """2tp / (2tp + fp + fn) as a fraction of 1; 0 when there is nothing to find and nothing found."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else 0.0


def exact_counts(gold: Iterable[Span], predicted: Iterable[Span]) -> Counts:
    """Strict match: same start, same end, same label."""
    expected, found = Counter(gold), Counter(predicted)
    tp = (expected & found).total()
    return Counts(tp, found.total() - tp, expected.total() - tp)


def exact_counts_per_label(gold: Iterable[Span], predicted: Iterable[Span]) -> dict[str, Counts]:
    """Strict counts for each label that occurs in `gold` or `predicted`."""
    gold, predicted = list(gold), list(predicted)
    labels = sorted({span.label for span in (*gold, *predicted)})
    return {
        label: exact_counts((s for s in gold if s.label == label), (s for s in predicted if s.label == label))
        for label in labels
    }


def to_utf16(text: str, spans: Iterable[AnySpan]) -> list[AnySpan]:
    """The same spans counted in UTF-16 code units, as JavaScript does."""
    if max(text, default="") <= BMP:
        return list(spans)
    units = [0]
    for character in text:
        units.append(units[-1] + (2 if character > BMP else 1))
    return [s._replace(start=units[s.start], end=units[s.end]) for s in spans]


def _points(text: str) -> dict[int, int]:
    """Where each code point begins, by UTF-16 units; the end too."""
    points, unit = {0: 0}, 0
    for index, character in enumerate(text, start=1):
        unit += 2 if character > BMP else 1
        points[unit] = index
    return points


def from_utf16(text: str, spans: Iterable[AnySpan]) -> list[AnySpan]:
    """Spans counted in UTF-16 code units back to code points; an offset inside a character raises SpanError."""
    points = range(len(text) + 1) if max(text, default="") <= BMP else _points(text)
    converted = []
    for span in spans:
        if span.start not in points or span.end not in points:
            raise SpanError(f"Span {span.start}-{span.end} (UTF-16) is outside the text or cuts a character in two.")
        converted.append(span._replace(start=points[span.start], end=points[span.end]))
    return converted
