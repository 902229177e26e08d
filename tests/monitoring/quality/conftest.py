"""Notes that people annotated, at a time of the test's choosing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from annotation.actions import notes, revisions, tasks
from annotation.models import Annotation, Note, Project, Task, User
from annotation.spans import ScoredSpan, Span
from monitoring.quality.section import Question
from tests.conftest import Cast

TEXT = "k/c/o diabetes, on metformin"
DISEASE, TREATMENT = Span(6, 14, "DISEASE"), Span(19, 28, "TREATMENT")
Submit = Callable[..., Annotation]


@pytest.fixture
def open_task(project: Project) -> Callable[..., list[Task]]:
    """The task of a new note, or the two of one that is annotated twice."""
    numbers = count(1)

    def open_one(*, doubled: bool = False, reason: Task.Reason = Task.Reason.LABEL) -> list[Task]:
        (note,) = notes.add(project=project, news=[notes.NewNote(f"q{next(numbers)}", TEXT)], origin=Note.Origin.IMPORT)
        project.double_share = float(doubled)
        return notes.open_tasks(project=project, notes=[note], reason=reason)

    return open_one


@pytest.fixture
def submit() -> Submit:
    """Submit a task as a person does, `days` ago."""

    def finish(task: Task, by: User, spans: Sequence[Span], *, days: int = 0, seconds: int = 10) -> Annotation:
        held, base = revisions.start(task=task, by=by)
        revision = base.revision if base else 0
        added = revisions.submit(task=held, by=by, spans=spans, base_revision=revision, seconds=seconds)
        at = timezone.now() - timedelta(days=days)
        Task.objects.filter(pk=task.pk).update(closed_at=at)
        Annotation.objects.filter(pk=added.pk).update(created_at=at)
        return added

    return finish


@pytest.fixture
def suggest(project: Project) -> Callable[..., None]:
    def add(task: Task, spans: Sequence[Span], *, model: str = "clinic v1") -> None:
        found = {task.note_id: [ScoredSpan(*span, 0.8) for span in spans]}
        revisions.add_prelabels(project=project, found=found, author_model=model)

    return add


@pytest.fixture
def question(project: Project, cast: Cast) -> Question:
    """What a reviewer asks for: everything."""
    return Question(project, cast.reviewer, sees_people=True, days=None)


@pytest.fixture
def adjudicate(project: Project, cast: Cast, submit: Submit) -> Callable[..., Annotation]:
    def settle(spans: Sequence[Span], *, days: int = 0) -> Annotation:
        task = tasks.take_next(project=project, by=cast.reviewer, adjudicate=True)
        assert task is not None
        return submit(task, cast.reviewer, spans, days=days)

    return settle
