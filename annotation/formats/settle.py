"""The one place where a note as the file has it becomes a Record or a Rejection."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotation.formats.reach import Reach
from annotation.formats.records import Draft, Mention, Record, Rejection, Result
from annotation.intake import read_note, word_fault
from annotation.spans import MarkedSpan, Span, span_problems

MAX_SPANS = 5_000  # the check of overlaps is quadratic in spans that lie over one another: these two bound it
MAX_DEPTH = 20
SHOWN_PROBLEMS = 5
# What a label looks like; anything else in its place may be a mention out of a shifted column.
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_.:+-]{0,39}")
_HIDDEN = "(label not shown)"


@dataclass(frozen=True, slots=True)
class Rules:
    """The project's labels, what the caller maps, what the format maps by itself, and whether spans may nest."""

    labels: frozenset[str]
    given: Mapping[str, str]
    default: Mapping[str, str]
    nested: bool
    reach: Reach = field(default_factory=Reach)

    def target(self, label: str) -> str:
        """The project's label for the file's; empty: leave it out. What the caller says goes first."""
        if label in self.given:
            return self.given[label]
        return label if label in self.labels else self.default.get(label, label)


def settle(draft: Draft, rules: Rules) -> Result:
    """A Record when text, id, fields and every span are good, else a Rejection that names what is not."""
    read = read_note({**draft.fields, "id": draft.external_id, "text": draft.text}, id_required=True, strict=True)
    if read.errors:
        said = [*draft.problems, *(fault.sentence for fault in read.errors)]
        return Rejection(draft.line, read.id, _reason(said))
    mapped = [(mention, target) for mention in draft.mentions or () if (target := rules.target(mention.label))]
    problems = [*draft.problems, *_problems(read.text, mapped, rules)]
    if problems:
        return Rejection(draft.line, read.id, _reason(problems))
    spans = tuple(sorted(MarkedSpan(m.start, m.end, target, m.assertion, m.code) for m, target in mapped))
    return Record(
        line=draft.line,
        external_id=read.id,
        text=read.text,
        spans=None if draft.mentions is None else spans,
        patient=read.patient,
        doctor=read.doctor,
        facets=read.facets,
        dropped=len(draft.mentions or ()) - len(mapped),
        suggested=draft.suggested,
    )


def shown_id(value: str) -> str:
    """`value` when it can be an id, else nothing: what stands in its place may be the note."""
    return "" if word_fault("id", value) else value


def _reason(problems: Sequence[str]) -> str:
    more = len(problems) - SHOWN_PROBLEMS
    return " ".join(problems[:SHOWN_PROBLEMS]) + (f" … and {more} more" if more > 0 else "")


def _problems(text: str, mapped: Sequence[tuple[Mention, str]], rules: Rules) -> list[str]:
    if len(mapped) > MAX_SPANS:
        return [f"The note has {len(mapped):,} spans, more than {MAX_SPANS:,}; split the note."]
    problems: list[str] = []
    whole: list[Span] = []
    for mention, target in mapped:
        span = Span(mention.start, mention.end, _shown(target, text, rules))
        if mention.discontinuous:
            problems.append(f"{_where(span)} is discontinuous; make it one piece or leave its label out.")
            continue
        whole.append(span)
        inside = 0 <= span.start < span.end <= len(text)
        if inside and mention.text is not None and mention.text != text[span.start : span.end]:
            said = "the mention in the file is not the text at these offsets; correct one of them."
            problems.append(f"{_where(span)}: {said}")
    if _depth(whole) > MAX_DEPTH:
        return [*problems, f"More than {MAX_DEPTH} spans overlap in one place; keep one of them."]
    return problems + span_problems(text, whole, rules.labels, nested=rules.nested)


def _where(span: Span) -> str:
    return f"Span {span.start}-{span.end} {span.label}"


def _shown(label: str, text: str, rules: Rules) -> str:
    """`label`, unless it may be a piece of the note."""
    safe = label in rules.labels or (_LABEL.fullmatch(label) and label not in text)
    return label if safe else _HIDDEN


def _depth(spans: Sequence[Span]) -> int:
    """The most spans that lie over one character; in n log n."""
    proper = [span for span in spans if span.start < span.end]
    edges = sorted([(span.start, 1) for span in proper] + [(span.end, -1) for span in proper])
    depth = most = 0
    for _, step in edges:
        depth += step
        most = max(most, depth)
    return most
