"""Notes annotated twice, blind: when both are in, equal ones are gold and different ones go to a reviewer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from annotation.models import Annotation, Note, Task

Status = Annotation.Status


def lock(note_id: int) -> Note:
    """The note, held against other changes of its annotations until the transaction ends; only its ids are loaded."""
    return Note.objects.select_for_update(no_key=True).only("project").get(pk=note_id)


def open_second(*, task: Task) -> Task:
    """Make `task` one of two and open the other one, blind, for somebody else."""
    Task.objects.filter(pk=task.pk).update(doubled=True)
    task.doubled = True
    other = Task.objects.unfinished().filter(note=task.note_id, reason=Task.Reason.DOUBLE).first()
    return other or Task.objects.create(
        project_id=task.project_id,
        note_id=task.note_id,
        reason=Task.Reason.DOUBLE,
        blind=True,
        doubled=True,
        priority=task.priority,
        position=task.position,
        team_id=task.team_id,
    )


def versions(note: Note) -> list[Annotation]:
    """The newest revision of each of the note's double tasks that is done, the first annotator's first."""
    tasks = note.tasks.doubled().filter(status=Task.Status.ACCEPTED).order_by("pk")
    found = [task.annotations.order_by("-revision").first() for task in tasks]
    return [annotation for annotation in found if annotation]


def is_settled(note: Note) -> bool:
    """Whether the note's two annotations were put together, or wait for the reviewer who will."""
    if note.tasks.filter(reason=Task.Reason.ADJUDICATE).exists():
        return True
    gold = note.annotations.gold().select_related("task").first()
    # A second opinion may be asked on what is gold already: it waits beside the gold until the two are put together.
    waits = note.annotations.filter(status=Status.SUBMITTED)
    return bool(gold and gold.task and gold.task.doubled and not waits.exists())


def settle(*, note: Note) -> None:
    """Decide what a locked note's blind annotations come to; nothing while one of them is missing."""
    if note.tasks.doubled().unfinished().exists() or is_settled(note):
        return
    found = versions(note)
    if not found:
        return
    if len({tuple(sorted(annotation.marked)) for annotation in found}) == 1:
        promote(note=note, annotation=found[-1])
    else:
        Task.objects.create(
            project_id=note.project_id,
            note=note,
            reason=Task.Reason.ADJUDICATE,
            blind=True,
            position=note.pk,
        )


def supersede(revisions: Iterable[Any]) -> None:
    """The gold among a locked note's revisions, and what waited beside it, make room for a new gold."""
    outdated = [row.pk for row in revisions if row.status in (Status.GOLD, Status.SUBMITTED)]
    if outdated:
        Annotation.objects.filter(pk__in=outdated).update(status=Status.SUPERSEDED)


def promote(*, note: Note, annotation: Annotation) -> None:
    """Make a revision of a locked note its gold; the gold before it and what waited beside it are superseded."""
    supersede(note.annotations.exclude(pk=annotation.pk).only("status"))
    note.annotations.filter(pk=annotation.pk).update(status=Status.GOLD)
    annotation.status = Status.GOLD
