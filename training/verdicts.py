"""What a doctor says of an answer: which entities are right, which are wrong, which were missed. In code points."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from annotation.spans import MAX_SPANS, Span, SpanError, from_utf16, span_problems

ACCEPTED, REJECTED, ADDED = "accepted", "rejected", "added"
VERDICTS = (ACCEPTED, REJECTED, ADDED)


class VerdictError(ValueError):
    """A verdict that can't be; the message names the entity by its place in the list and never holds the text."""


class Verdict(NamedTuple):
    """One entity and what is said of it; `label` may be empty for an entity that the model found."""

    start: int
    end: int
    label: str
    verdict: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.end, self.label)

    def to_json(self) -> dict[str, Any]:
        return {**self.span.to_json(), "verdict": self.verdict}


def verdicts_from_json(rows: object) -> list[Verdict]:
    """From ``[{"start", "end", "label"?, "verdict"}]``. Raises VerdictError naming the row that is wrong."""
    if not isinstance(rows, list):
        raise VerdictError(f"entities is {type(rows).__name__}, not a list; send a list of objects.")
    if len(rows) > MAX_SPANS:
        raise VerdictError(f"entities has {len(rows):,} entries, more than {MAX_SPANS:,}; send fewer.")
    return [_from_json(row, f"entities[{number}]") for number, row in enumerate(rows)]


def _from_json(row: object, where: str) -> Verdict:
    if not isinstance(row, Mapping) or not row.keys() <= {"start", "end", "label", "verdict"}:
        raise VerdictError(f"{where} is no object of start, end, label and verdict alone; send these.")
    start, end, label, verdict = row.get("start"), row.get("end"), row.get("label") or "", row.get("verdict")
    # bool is an int in Python, never an offset.
    if type(start) is not int or type(end) is not int or not 0 <= start < end < 10**9:
        raise VerdictError(f"{where} has no usable start and end; send whole numbers, the end after the start.")
    if verdict not in VERDICTS:
        raise VerdictError(f"{where} has no verdict; send one of {', '.join(VERDICTS)}.")
    if not isinstance(label, str):
        raise VerdictError(f"{where} has a label that is no string; send its name, or leave it out.")
    if verdict == ADDED and not label:
        raise VerdictError(f"{where} was added and has no label; name one of the project's.")
    return Verdict(start, end, label, str(verdict))


def in_code_points(text: str, said: Sequence[Verdict]) -> list[Verdict]:
    """Verdicts that were counted in UTF-16 units. Raises VerdictError for one that cuts a character in two."""
    try:
        spans = from_utf16(text, [verdict.span for verdict in said])
    except SpanError as error:
        raise VerdictError(str(error)) from error
    return [verdict._replace(start=span.start, end=span.end) for verdict, span in zip(said, spans, strict=True)]


def settle(
    said: Sequence[Verdict],
    predicted: Collection[Span],
    *,
    text: str,
    labels: Collection[str],
    complete: bool,
    nested: bool = False,
) -> list[Verdict]:
    """The verdicts with their labels, each checked: what is accepted or rejected was found, what is added was not.

    With `complete`, entities of which nothing is said are accepted: the doctor looked at them all. `text` may be
    anything of the note's length when the note itself is not kept.
    """
    settled: dict[Span, Verdict] = {}
    for number, verdict in enumerate(said):
        span = _matched(verdict, predicted, f"entities[{number}]")
        if span in settled:
            raise VerdictError(f"entities[{number}] says something of an entity that came before; say it once.")
        settled[span] = Verdict(*span, verdict.verdict)
    added = [span for span, verdict in settled.items() if verdict.verdict == ADDED]
    if problems := span_problems(text, added, labels, nested=nested):
        raise VerdictError(" ".join(problems[:3]))
    if complete:
        settled |= {span: Verdict(*span, ACCEPTED) for span in predicted if span not in settled}
    return sorted(settled.values())


def _matched(verdict: Verdict, predicted: Collection[Span], where: str) -> Span:
    there = f"{where} at {verdict.start}-{verdict.end}"
    if verdict.verdict == ADDED:
        if verdict.span in predicted:
            raise VerdictError(f"{there} was found by the model already; accept it.")
        return verdict.span
    same = [span for span in predicted if (span.start, span.end) == (verdict.start, verdict.end)]
    found = [span for span in same if verdict.label in ("", span.label)]
    if len(found) != 1:
        several = f"{there} is one of several with these offsets; name its label."
        raise VerdictError(several if found else f"{there} is not in the answer; add it, or correct its offsets.")
    return found[0]


def corrected(predicted: Collection[Span], verdicts: Collection[Verdict]) -> list[Span]:
    """The doctor's version of the note: what was found and not rejected, and what was added, which goes first."""
    added = [verdict.span for verdict in verdicts if verdict.verdict == ADDED]
    rejected = {verdict.span for verdict in verdicts if verdict.verdict == REJECTED}
    kept = [span for span in predicted if span not in rejected and not any(_overlap(span, new) for new in added)]
    return sorted([*kept, *added])


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def counts(verdicts: Collection[Verdict]) -> dict[str, int]:
    """How many were accepted, rejected and added."""
    return {name: sum(verdict.verdict == name for verdict in verdicts) for name in VERDICTS}
