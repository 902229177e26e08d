"""The one place where a note as the file has it becomes a Record or a Rejection."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from annotation.formats.reach import Reach
from annotation.formats.records import FACETS, Draft, FormatError, Mention, Record, Rejection, Result
from annotation.spans import MarkedSpan, Span, check_text, span_problems

MAX_FIELD = 200  # characters of an id, a facet, a patient or a doctor
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
    try:
        external_id = check_field("id", draft.external_id)
        fields = {name: check_field(name, value) for name, value in draft.fields.items() if value}
        text = check_text(draft.text)
    except ValueError as error:
        return Rejection(draft.line, shown_id(draft.external_id), _reason([*draft.problems, str(error)]))
    if not external_id:
        return Rejection(draft.line, "", "The note has no id; give each note one of its own.")
    mapped = [(mention, target) for mention in draft.mentions or () if (target := rules.target(mention.label))]
    problems = [*draft.problems, *_problems(text, mapped, rules)]
    if problems:
        return Rejection(draft.line, external_id, _reason(problems))
    spans = tuple(sorted(MarkedSpan(m.start, m.end, target, m.assertion, m.code) for m, target in mapped))
    return Record(
        line=draft.line,
        external_id=external_id,
        text=text,
        spans=None if draft.mentions is None else spans,
        patient=fields.get("patient", ""),
        doctor=fields.get("doctor", ""),
        facets={name: fields[name] for name in FACETS if name in fields},
        dropped=len(draft.mentions or ()) - len(mapped),
        suggested=draft.suggested,
    )


def check_field(name: str, value: str) -> str:
    """Return `value` unchanged when it is short and has no control character or surrogate, else FormatError."""
    if len(value) > MAX_FIELD:
        raise FormatError(f"The field {name} has {len(value):,} characters, more than {MAX_FIELD}; shorten it.")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise FormatError(f"The field {name} has a control character or a lone surrogate; remove it.")
    return value


def shown_id(value: str) -> str:
    """`value` when it can be an id, else nothing: what stands in its place may be the note."""
    try:
        return check_field("id", value)
    except FormatError:
        return ""


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
        where = f"Span {span.start}-{span.end} {span.label}"
        if mention.discontinuous:
            problems.append(f"{where} is discontinuous; make it one piece or leave its label out.")
            continue
        whole.append(span)
        inside = 0 <= span.start < span.end <= len(text)
        if inside and mention.text is not None and mention.text != text[span.start : span.end]:
            problems.append(f"{where}: the mention in the file is not the text at these offsets; correct one of them.")
    if _depth(whole) > MAX_DEPTH:
        return [*problems, f"More than {MAX_DEPTH} spans overlap in one place; keep one of them."]
    return problems + span_problems(text, whole, rules.labels, nested=rules.nested)


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
