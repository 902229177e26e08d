"""Notes that two people annotate blind, each in their own way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from annotation.actions import notes, revisions, tasks
from annotation.models import Note, Project, Task, User
from annotation.spans import MarkedSpan, Span

NUMBERS = count(1)


def annotate_twice(
    project: Project, people: tuple[User, User], text: str, *versions: Sequence[Span | MarkedSpan]
) -> Note:
    """A note whose two blind annotations are in; settled when they are the same."""
    project.double_share = 1.0
    project.save(update_fields=["double_share"])
    new = notes.NewNote(f"double-{next(NUMBERS)}", text)
    rows = notes.add(project=project, news=[new], origin=Note.Origin.IMPORT)
    made = notes.open_tasks(project=project, notes=rows, reason=Task.Reason.LABEL)
    for task, by, spans in zip(made, people, versions, strict=True):
        held = tasks.take(task=task, by=by)
        revisions.submit(task=held, by=by, spans=[*spans], base_revision=0, seconds=20)
    return rows[0]


def dispute(project: Project, people: tuple[User, User], text: str, *versions: Sequence[Span | MarkedSpan]) -> Task:
    """The adjudication that two different annotations opened."""
    note = annotate_twice(project, people, text, *versions)
    return Task.objects.select_related("note", "project").get(note=note, reason=Task.Reason.ADJUDICATE)


def spans_of(text: str, *marks: tuple[str, str]) -> list[MarkedSpan]:
    """Spans by mention and label: the first place of each mention."""
    return [MarkedSpan(text.index(mention), text.index(mention) + len(mention), label) for mention, label in marks]
