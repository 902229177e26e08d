"""What waits is handed out: from everybody to a person or a team, from one to another, back, or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from annotation.actions import indexing, tasks
from annotation.actions.assignments import MAX_NOTES
from annotation.actions.audience import Audience
from annotation.actions.choosing import named
from annotation.errors import ActionError, TooLate
from annotation.models import Project, Task
from annotation.models.task import TaskQuerySet


@transaction.atomic
def hand_out(
    *, project: Project, source: Audience, target: Audience, count: int, facets: Mapping[str, str] | None = None
) -> int:
    """Give up to `count` open tasks of `source` to `target`, the next in line first; returns how many there were."""
    if not 0 < count <= MAX_NOTES:
        raise ActionError(f"{count:,} notes can't be handed out at once; choose 1 to {MAX_NOTES:,}.")
    if source == target:
        raise ActionError(f"These notes are for {target} already; choose somebody else.")
    target.check(project)
    rows = _open(project, source).filter(**named(facets or {}, "note__"))
    if target.person:
        rows = rows.open_for(target.person)
    rows = rows.in_queue_order(project.queue_order).select_for_update(skip_locked=True, of=("self",))
    chosen = list(rows.values_list("pk", flat=True)[:count])
    return Task.objects.filter(pk__in=chosen, status=Task.Status.OPEN).update(**target.fields)


@transaction.atomic
def withdraw(*, project: Project, source: Audience) -> tuple[int, int]:
    """Ask no more for what waits for a person or a team; returns how many tasks are gone, and for everybody now.

    What was begun, what is one of a pair and what came with its note is for everybody again.
    """
    if source == Audience():
        raise ActionError("Notes that are for everybody are not withdrawn together; choose a person or a team.")
    rows = _open(project, source)
    asked = rows.filter(created_by__isnull=False, doubled=False, annotations__isnull=True, draft__isnull=True)
    gone = dict(asked.select_for_update(of=("self",)).values_list("pk", "note"))
    Task.objects.filter(pk__in=gone, status=Task.Status.OPEN).delete()
    indexing.mark(gone.values())
    return len(gone), _open(project, source).update(**Audience().fields)


def take_back(*, task: Task) -> None:
    """Put a note that is in somebody's hands back into the queue; a finished one that was opened again is done."""
    if task.status != Task.Status.IN_PROGRESS or task.assignee is None:
        raise TooLate("This note is in nobody's hands any more; nothing was changed.")
    tasks.give_back(task=task, by=task.assignee)


def _open(project: Project, source: Audience) -> TaskQuerySet:
    open_tasks = Task.objects.filter(source.tasks, project=project, status=Task.Status.OPEN)
    return open_tasks.exclude(reason=Task.Reason.ADJUDICATE)
