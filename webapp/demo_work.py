"""The last eight weeks of the demo: everything goes through the doors that the pages use; then it is backdated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from annotation.actions import comments, notes, revisions, tasks
from annotation.models import Annotation, Comment, Note, Project, Task, User
from annotation.spans import Span
from webapp import demo_marking, demo_people, demo_texts, demo_words

LATELY = timedelta(weeks=4)
WORD_LIST = "word list v1"
OVERLOOKED = 0.12
Reason = Task.Reason
# Why notes with suggestions were annotated, in turns.
REASONS = (Reason.LABEL, Reason.LABEL, Reason.UNCERTAINTY, Reason.LABEL, Reason.FEEDBACK)


@dataclass(slots=True)
class Work:
    """The project, its people, and when each task was finished; `truth` is the generator's gold by note."""

    project: Project
    truth: dict[int, tuple[Span, ...]]
    rng: Random
    now: datetime = field(default_factory=timezone.now)
    closed: dict[int, datetime] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {user.username: user for user in User.objects.filter(username__in=demo_people.PEOPLE)}


def open_tasks(work: Work, rows: Sequence[Note], reason: Task.Reason, *, doubled: bool = False) -> list[Task]:
    """A task a note, or two blind ones: not by lot, so that the demo is the same each time."""
    share, work.project.double_share = work.project.double_share, float(doubled)
    opened = notes.open_tasks(project=work.project, notes=rows, reason=reason)
    work.project.double_share = share
    return opened


def audit(work: Work, chosen: Sequence[Note]) -> None:
    """Audits by one careful person: what the KPI is measured on."""
    for task in open_tasks(work, chosen, Reason.RANDOM_AUDIT):
        _submit(work, task, "demo-annotator", work.truth[task.note_id], after=timedelta(hours=1))


def twice(work: Work, pair: Sequence[Task]) -> None:
    """Two people annotate the note blind, each with their own errors; or only the first of them, so far."""
    people = demo_people.two_people(work.rng)
    hours = (work.rng.uniform(1, 6), work.rng.uniform(8, 30))
    for task, person, after in zip(pair, people, hours, strict=False):
        habit, note = demo_people.HABITS[person], task.note
        errors = habit.lately if work.now - note.received_at < LATELY else habit.errors
        spans = demo_marking.by_hand(note.text, work.truth[note.pk], errors=errors, rng=work.rng)
        _submit(work, task, person, spans, after=timedelta(hours=after))


def correct(work: Work, chosen: Sequence[Note], words: dict[str, str]) -> None:
    """Notes annotated from the suggestions of a list of words: the team had no model yet."""
    kinds = len(REASONS)
    opened = [task for n, reason in enumerate(REASONS) for task in open_tasks(work, chosen[n::kinds], reason)]
    found = {note.pk: demo_words.look_up(words, note.text) for note in chosen}
    revisions.add_prelabels(project=work.project, found=found, author_model=WORD_LIST)
    for task in opened:
        suggested = [span.span for span in found[task.note_id]]
        spans = demo_marking.corrected(suggested, work.truth[task.note_id], overlooked=OVERLOOKED, rng=work.rng)
        person = demo_people.two_people(work.rng)[0]
        _submit(work, task, person, spans, after=timedelta(hours=work.rng.uniform(1, 30)), base=1)


def adjudicate(work: Work, *, leave: int) -> None:
    """The reviewer settles the disagreements but the newest `leave`, by the truth; those get comments."""
    reviewer = work.people["demo-reviewer"]
    waiting = list(Task.objects.filter(project=work.project, reason=Reason.ADJUDICATE).order_by("position"))
    settled = max(0, len(waiting) - leave)
    for task in waiting[:settled]:
        done = [work.closed[other.pk] for other in task.note.tasks.doubled()]
        _submit(work, task, reviewer.username, work.truth[task.note_id], at=max(done) + timedelta(hours=5))
    for task, (person, text) in zip(reversed(waiting[settled:]), demo_texts.COMMENTS, strict=False):
        comments.add(note=task.note, by=work.people[person], text=text)


def _submit(
    work: Work,
    task: Task,
    person: str,
    spans: Iterable[Span],
    *,
    after: timedelta = timedelta(),
    at: datetime | None = None,
    base: int = 0,
) -> None:
    by, chosen = work.people[person], list(spans)
    tasks.take(task=task, by=by)
    seconds = demo_people.seconds(person, len(chosen), work.rng)
    revisions.submit(task=task, by=by, spans=chosen, base_revision=base, seconds=seconds)
    # Never in the future, and never today: what the visitor does today stands alone.
    latest = work.now - timedelta(days=1)
    work.closed[task.pk] = min(at or task.note.received_at + after, max(latest, task.note.received_at))


def backdate(work: Work) -> None:
    """Tasks are as old as their notes; what was done then was done then."""
    rows = list(Task.objects.filter(project=work.project).select_related("note").defer("note__ciphertext"))
    for task in rows:
        task.created_at, task.closed_at = task.note.received_at, work.closed.get(task.pk)
    Task.objects.bulk_update(rows, ["created_at", "closed_at"], batch_size=300)
    made = list(Annotation.objects.filter(project=work.project).select_related("note").defer("note__ciphertext"))
    for one in made:
        one.created_at = work.closed.get(one.task_id or 0, one.note.received_at)
    Annotation.objects.bulk_update(made, ["created_at"], batch_size=300)
    said = list(Comment.objects.filter(project=work.project).select_related("note").defer("note__ciphertext"))
    for comment in said:
        comment.created_at = comment.note.received_at + timedelta(hours=3)
    Comment.objects.bulk_update(said, ["created_at"])
