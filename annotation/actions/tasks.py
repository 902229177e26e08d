"""Tasks move: taken from the queue, given back, skipped. Each move is one guarded update."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Project, Task, User

LEASE = timedelta(minutes=20)


def take_next(*, project: Project, by: User) -> Task | None:
    """The task that `by` holds already, or the next one of the queue, leased to them; None when it is empty."""
    with transaction.atomic():
        # One at a time for a person: a double click takes one note.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        held = Task.objects.filter(project=project).held_by(by).order_by("pk").first()
        if held:
            return held
        rows = Task.objects.filter(project=project).waiting().in_queue_order()
        # Two people asking at once get two notes: each skips the row that the other has locked.
        task = rows.select_for_update(skip_locked=True).first()
        if task is None:
            return None
        _lease(task, by)
    return task


def take(*, task: Task, by: User) -> Task:
    """Lease this very task to `by`, or say that somebody else has it."""
    if task.status == Task.Status.IN_PROGRESS and task.assignee_id == by.pk:
        return renew(task=task, by=by)
    with transaction.atomic():
        row = Task.objects.waiting().select_for_update().filter(pk=task.pk).first()
        if row is None:
            raise TooLate("This note is with somebody else or done; take the next one.")
        _lease(row, by)
    return row


def renew(*, task: Task, by: User) -> Task:
    """Hold the task for another lease."""
    rows = Task.objects.filter(pk=task.pk, status=Task.Status.IN_PROGRESS, assignee=by)
    if not rows.update(lease_until=timezone.now() + LEASE):
        raise TooLate("This note went back to the queue; take the next one.")
    task.refresh_from_db()
    return task


def skip(*, task: Task, by: User, reason: str) -> None:
    """Set the task aside with a reason; another task can still be opened for its note."""
    # No column takes a NUL.
    reason = " ".join(reason.replace("\x00", "").split())[:200]
    if not reason:
        raise ActionError("A skipped note needs a reason; write a few words.")
    rows = Task.objects.filter(pk=task.pk, status=Task.Status.IN_PROGRESS, assignee=by)
    if not rows.update(status=Task.Status.SKIPPED, skip_reason=reason, closed_at=timezone.now()):
        raise TooLate("This note went back to the queue or is done; take the next one.")


def _lease(task: Task, by: User) -> None:
    task.status, task.assignee, task.lease_until = Task.Status.IN_PROGRESS, by, timezone.now() + LEASE
    task.save(update_fields=["status", "assignee", "lease_until"])
