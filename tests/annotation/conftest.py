"""Notes and tasks of any text, and the lapse of a lease."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from annotation.actions import notes
from annotation.models import Note, Project, Task
from annotation.spans import Span

TEXT = "k/c/o diabetes, on metformin"
DISEASE, TREATMENT = Span(6, 14, "DISEASE"), Span(19, 28, "TREATMENT")


@pytest.fixture
def add_note(project: Project) -> Callable[..., Note]:
    numbers = count(1)

    def add(text: str = TEXT, *, into: Project | None = None) -> Note:
        new = notes.NewNote(f"n{next(numbers)}", text, patient="p1", doctor="d1")
        return notes.add(project=into or project, news=[new], origin=Note.Origin.IMPORT)[0]

    return add


@pytest.fixture
def add_task(add_note: Callable[..., Note]) -> Callable[..., Task]:
    """An open task on a note of its own, or on the one given."""

    def add(text: str = TEXT, *, note: Note | None = None, reason: Task.Reason = Task.Reason.LABEL) -> Task:
        note = note or add_note(text)
        return notes.open_tasks(project=note.project, notes=[note], reason=reason)[0]

    return add


def let_lapse(task: Task) -> None:
    """Twenty minutes pass for the task's holder."""
    Task.objects.filter(pk=task.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
