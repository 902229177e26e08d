"""Tasks move: taken from the queue, given back, skipped, opened again. Each move is one guarded update."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, Subquery
from django.utils import timezone

from annotation.actions import comments, doubles, indexing
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Draft, Project, Task, User
from annotation.models.task import OPEN_TO_ALL, TaskQuerySet

LEASE = timedelta(minutes=20)
# The note in sight, the one fetched before it is needed, and one gone back to.
MAX_HELD = 3
REOPEN_WITHIN = timedelta(days=1)


def take_next(*, project: Project, by: User, holding: Collection[int] = (), adjudicate: bool = False) -> Task | None:
    """A task that `by` holds beside those in `holding`, or the next one of the queue, leased to them.

    What is meant for the person comes first, then for their teams, then for everybody. With `adjudicate`, from the
    disagreements instead. None when nothing waits, or when the person has enough notes in hand.
    """
    with transaction.atomic():
        # One at a time for a person: a double click takes one note.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        kind = Q(reason=Task.Reason.ADJUDICATE)
        held = list(Task.objects.filter(kind if adjudicate else ~kind, project=project).held_by(by).order_by("pk"))
        free = next((task for task in held if task.pk not in holding), None)
        if free or len(held) >= MAX_HELD:
            return free
        reclaim(project)
        for rows in _audiences(project, by, adjudicate=adjudicate):
            # Two people asking at once get two notes: each skips the row that the other has locked.
            task = rows.select_for_update(skip_locked=True, of=("self",)).first()
            if task:
                _lease(task, by)
                return task
    return None


def _audiences(project: Project, by: User, *, adjudicate: bool) -> Iterator[TaskQuerySet]:
    rows = Task.objects.filter(project=project).open_for(by)
    if adjudicate:
        yield rows.filter(reason=Task.Reason.ADJUDICATE).order_by("position")
        return
    rows = rows.filter(~Q(reason=Task.Reason.ADJUDICATE)).in_queue_order(project.queue_order)
    yield rows.filter(reserved_for=by)
    for team in by.teams.filter(project=project):
        yield rows.filter(team=team)
    yield rows.filter(OPEN_TO_ALL)


def take(*, task: Task, by: User) -> Task:
    """Lease this very task to `by`, or say that somebody else has it."""
    if task.status == Task.Status.IN_PROGRESS and task.assignee_id == by.pk:
        return renew(task=task, by=by)
    with transaction.atomic():
        reclaim(task.project)
        row = Task.objects.open_for(by).select_for_update(of=("self",)).filter(pk=task.pk).first()
        if row is None:
            raise TooLate("This note is with somebody else or done; take the next one.")
        _lease(row, by)
    return row


def reclaim(project: Project) -> None:
    """Tasks whose lease ran out go back to the queue; one that was only opened again is done as before."""
    lapsed = Task.objects.filter(project=project, status=Task.Status.IN_PROGRESS, lease_until__lt=timezone.now())
    if not lapsed.exists():
        return
    own = Annotation.objects.filter(task=OuterRef("pk"))
    done = own.order_by().values("task").annotate(at=Max("created_at")).values("at")
    indexing.mark(lapsed.filter(Exists(own)).values_list("note", flat=True))
    lapsed.filter(Exists(own)).update(status=Task.Status.ACCEPTED, closed_at=Subquery(done), lease_until=None)
    # The assignee stays: whoever comes back late may go on, as long as nobody else took it.
    lapsed.filter(~Exists(own)).update(status=Task.Status.OPEN, lease_until=None)


def renew(*, task: Task, by: User) -> Task:
    """Hold the task for another lease, also when it lapsed and nobody else took it."""
    rows = Task.objects.in_hands_of(by).filter(pk=task.pk)
    if not rows.update(status=Task.Status.IN_PROGRESS, lease_until=timezone.now() + LEASE):
        raise TooLate("This note went back to the queue; take the next one.")
    task.refresh_from_db(fields=("status", "assignee", "lease_until"))
    return task


@transaction.atomic
def give_back(*, task: Task, by: User) -> None:
    """Put the task back into the queue, for anybody."""
    rows = Task.objects.filter(pk=task.pk, status=Task.Status.IN_PROGRESS, assignee=by)
    if rows.filter(annotations__isnull=False).exists():
        rows.update(status=Task.Status.ACCEPTED, closed_at=timezone.now(), lease_until=None)
        indexing.mark([task.note_id])
    elif not rows.update(status=Task.Status.OPEN, assignee=None, lease_until=None):
        raise TooLate("This note is not in your hands any more; nothing was changed.")


def lost(*, holding: Collection[int], by: User) -> list[int]:
    """Those of the tasks in `holding` that `by` holds no more; what is in hand for long gets another lease."""
    if not holding:
        return []
    rows = Task.objects.in_hands_of(by).filter(pk__in=holding)
    held = dict(rows.values_list("pk", "lease_until"))
    now = timezone.now()
    # A lease that lapsed without anybody coming is theirs again.
    old = [pk for pk, until in held.items() if until is None or until < now + LEASE / 2]
    if old:
        rows.filter(pk__in=old).update(status=Task.Status.IN_PROGRESS, lease_until=now + LEASE)
    return [pk for pk in holding if pk not in held]


@transaction.atomic
def skip(*, task: Task, by: User, reason: str, comment: str = "") -> None:
    """Set the task aside with one of the fixed reasons; another task can still be opened for its note.

    The same skip again, sent by a page that lost the answer, changes nothing.
    """
    if reason not in Task.SkipReason.values:
        raise ActionError("A skipped note needs one of the reasons; choose it.")
    rows = Task.objects.in_hands_of(by).filter(pk=task.pk)
    if not rows.update(status=Task.Status.SKIPPED, skip_reason=reason, closed_at=timezone.now(), lease_until=None):
        if Task.objects.filter(pk=task.pk, assignee=by, status=Task.Status.SKIPPED, skip_reason=reason).exists():
            return
        raise TooLate("This note went back to the queue or is done; take the next one.")
    Draft.objects.filter(task=task).delete()
    if comment.strip():
        comments.add(note=task.note, by=by, text=comment)
    if task.doubled:
        doubles.settle(note=doubles.lock(task.note_id))
    indexing.mark([task.note_id])


@transaction.atomic
def reopen(*, task: Task, by: User) -> Task:
    """Take a note back that `by` submitted within a day: undo across notes. What was submitted stands until then."""
    note = doubles.lock(task.note_id)
    if task.doubled and doubles.is_settled(note):
        raise TooLate("This note is settled: both annotations are in; ask a reviewer to correct it.")
    rows = Task.objects.filter(
        pk=task.pk, status=Task.Status.ACCEPTED, assignee=by, closed_at__gte=timezone.now() - REOPEN_WITHIN
    )
    now = timezone.now()
    if not rows.update(status=Task.Status.IN_PROGRESS, closed_at=None, lease_until=now + LEASE):
        if task.status == Task.Status.IN_PROGRESS and task.assignee_id == by.pk:
            return renew(task=task, by=by)
        raise TooLate("Only your own notes of the last day can be opened again; ask a reviewer to correct this one.")
    task.refresh_from_db(fields=("status", "assignee", "lease_until", "closed_at"))
    indexing.mark([task.note_id])
    return task


def _lease(task: Task, by: User) -> None:
    task.status, task.assignee, task.lease_until = Task.Status.IN_PROGRESS, by, timezone.now() + LEASE
    task.save(update_fields=["status", "assignee", "lease_until"])
