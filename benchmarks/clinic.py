"""A project with notes that wait and people to annotate them, for the benchmarks."""

from __future__ import annotations

import uuid

from annotation.actions import notes, projects
from annotation.models import Note, Project, Role, Task, User
from annotation.synthetic import generate


def open_clinic(*, count: int, people: int, double_share: float = 0.0) -> tuple[Project, list[User]]:
    """A new project with `count` open tasks (the texts repeat after 2,000) and `people` annotators."""
    mark = uuid.uuid4().hex[:8]
    project = projects.create(name=f"bench-{mark}", slug=f"bench-{mark}")
    project.double_share = double_share
    project.save()
    _fill(project, count)
    users = [User.objects.create_user(f"bench-{mark}-{number}") for number in range(people)]
    for user in users:
        projects.add_member(project=project, user=user, roles=[Role.ANNOTATOR])
    return project, users


def _fill(project: Project, count: int) -> None:
    texts = [note.text for note in generate(min(count, 2000), seed=3)]
    for start in range(0, count, 1000):
        news = [notes.NewNote(f"n{n}", texts[n % len(texts)]) for n in range(start, min(start + 1000, count))]
        rows = notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
        notes.open_tasks(project=project, notes=rows, reason=Task.Reason.LABEL)
