"""Each error that the accuracy counts: what the champion missed and what it found that is none, on audited notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from annotation.models import Annotation, Note, Project, User
from annotation.spans import Span
from monitoring.actions import accuracy
from training.models import Deployment

MOST = 100
MISSED, SPURIOUS = "missed", "found, and none"


@dataclass(frozen=True, slots=True)
class Error:
    """`text`: the words of the span; empty for those who may not read notes. `by`: who annotated the note."""

    note: Note
    kind: str
    span: Span
    text: str
    by: User | None


def errors_of(project: Project, champion: Deployment, *, may_read: bool) -> list[Error]:
    """The newest audited note first; at most MOST."""
    audited = accuracy.audited_of(project)
    found = accuracy.answers_of(champion, audited)
    rows: list[Error] = []
    for annotation in audited:
        if len(rows) >= MOST:
            break
        rows += _of_note(annotation, found.get(annotation.note_id, []), may_read=may_read)
    return rows[:MOST]


def _of_note(annotation: Annotation, found: Sequence[Span], *, may_read: bool) -> Iterator[Error]:
    gold = set(annotation.spans)
    apart = [(span, MISSED) for span in gold - set(found)] + [(span, SPURIOUS) for span in set(found) - gold]
    if not apart:
        return
    text = annotation.note.text if may_read else ""
    for span, kind in sorted(apart):
        yield Error(annotation.note, kind, span, text[span.start : span.end], annotation.author)
