"""A reviewer settles a note that two people annotated differently: what both have stands, the rest is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from annotation.actions import doubles, drafts, revisions, tasks
from annotation.disagreements import Choice, Difference, choices_in, differences, result
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Draft, Task, User
from annotation.spans import MarkedSpan


@dataclass(frozen=True, slots=True)
class Case:
    """A note's two versions: what they agree on, where they differ, and what the reviewer decided before, if so."""

    task: Task
    left: Annotation
    right: Annotation
    agreed: list[MarkedSpan]
    differences: list[Difference]
    earlier: Annotation | None

    @property
    def choices(self) -> list[Choice | None]:
        """One a difference: what was chosen before."""
        return choices_in(self.earlier.marked, self.differences) if self.earlier else [None] * len(self.differences)

    @property
    def by_hand(self) -> bool:
        """Whether the earlier decision is more than choices, so that choosing again would lose some of it."""
        earlier = self.earlier
        return earlier is not None and result(self.agreed, self.differences, self.choices) != earlier.marked


def take(*, task: Task, by: User) -> Case:
    """Hold an adjudication and read its case. The reviewer's own decision of the last day is opened again."""
    if task.reason != Task.Reason.ADJUDICATE:
        raise ActionError("This note does not wait for a reviewer's decision; open it from the queue.")
    mine = task.status == Task.Status.ACCEPTED and task.assignee_id == by.pk
    return case(tasks.reopen(task=task, by=by) if mine else tasks.take(task=task, by=by))


def case(task: Task) -> Case:
    """The two versions of the task's note, in an order that has nothing to do with who came first."""
    versions = doubles.versions(task.note)
    if len(versions) != 2:
        raise ActionError(f"This note has {len(versions)} versions, not 2; correct it from the notes list instead.")
    left, right = reversed(versions) if task.pk % 2 else versions
    agreed, found = differences(left.marked, right.marked)
    return Case(task, left, right, agreed, found, revisions.base_of(task))


def decide(
    *, task: Task, by: User, versions: tuple[int, int], choices: Sequence[Choice], base_revision: int, seconds: int
) -> Case:
    """Make what was chosen the note's gold. `versions` are the revisions that the reviewer saw, left and right."""
    seen = _held(task, by)
    spans = _chosen(seen, versions, choices)
    revisions.submit(task=task, by=by, spans=spans, base_revision=base_revision, seconds=seconds)
    return seen


def to_draft(
    *,
    task: Task,
    by: User,
    versions: tuple[int, int],
    choices: Sequence[Choice | None],
    base_revision: int,
    seconds: int,
) -> Draft:
    """Keep what was chosen so far as the task's draft, for the note page: there the reviewer goes on by hand."""
    spans = _chosen(_held(task, by), versions, choices)
    kept = drafts.of(task, by)
    return drafts.save(
        task=task,
        by=by,
        spans=spans,
        seconds=seconds,
        base_revision=base_revision,
        version=kept.version if kept else 0,
    )


def last_of(*, by: User, project_id: int) -> Task | None:
    """The adjudication that the reviewer finished last, as long as it can be opened again."""
    rows = Task.objects.filter(project=project_id, assignee=by, reason=Task.Reason.ADJUDICATE)
    since = timezone.now() - tasks.REOPEN_WITHIN
    return rows.filter(status=Task.Status.ACCEPTED, closed_at__gte=since).order_by("-closed_at").first()


def _held(task: Task, by: User) -> Case:
    if task.reason != Task.Reason.ADJUDICATE or task.assignee_id != by.pk:
        raise TooLate("This note is not in your hands; take the next one.")
    return case(task)


def _chosen(seen: Case, versions: tuple[int, int], choices: Sequence[Choice | None]) -> list[MarkedSpan]:
    if versions != (seen.left.revision, seen.right.revision):
        raise TooLate("One of the versions was changed after you opened the page; reload it and decide again.")
    if len(choices) != len(seen.differences):
        raise ActionError(f"There are {len(seen.differences)} differences and {len(choices)} choices; decide on each.")
    return result(seen.agreed, seen.differences, choices)
