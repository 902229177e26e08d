"""Annotations are added, revision by revision; the newest accepted one of a note is its gold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from annotation.actions import tasks
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Note, Project, Task, User
from annotation.spans import ScoredSpan, Span, span_problems


def latest(note: Note) -> Annotation | None:
    """The newest revision of a note's spans, whoever wrote it."""
    return note.annotations.order_by("-revision").first()


def base_of(task: Task) -> Annotation | None:
    """What the annotator starts from: nothing in a blind task, else the newest revision."""
    return None if task.blind else latest(task.note)


@transaction.atomic
def submit(*, task: Task, by: User, spans: Sequence[Span], base_revision: int, seconds: int) -> Annotation:
    """Make `spans` the gold of the task's note and close the task.

    Sending the same again is answered with the same annotation; anything else that comes too late is refused, so
    that nothing is overwritten unseen. `base_revision` is the note's newest revision that the annotator saw (0: none).
    """
    check(task.project, task.note.text, spans)
    note = Note.objects.select_for_update().defer("ciphertext").get(pk=task.note_id)
    now = timezone.now()
    rows = Task.objects.filter(pk=task.pk, status=Task.Status.IN_PROGRESS, assignee=by)
    closed = rows.update(status=Task.Status.ACCEPTED, closed_at=now, seconds_spent=max(0, min(seconds, 86_400)))
    if not closed:
        return _same_as_before(task, by, spans)
    newest = latest(note)
    if not task.blind and base_revision != (newest.revision if newest else 0):
        raise TooLate("Somebody saved this note after you opened it; reload to see their version, then submit again.")
    return _add_gold(task.project, note, spans, by=by, task=task, seconds=seconds)


def check(project: Project, text: str, spans: Sequence[Span]) -> None:
    """Raise when `spans` can't be the annotation of `text`."""
    labels = list(project.labels.values_list("name", flat=True))
    problems = span_problems(text, spans, labels, nested=project.nested)
    if problems:
        raise ActionError(" ".join(problems[:3]))


def _same_as_before(task: Task, by: User, spans: Sequence[Span]) -> Annotation:
    earlier = Annotation.objects.filter(task=task, author=by).order_by("-revision").first()
    if earlier and sorted(earlier.spans) == sorted(spans):
        return earlier
    raise TooLate("This note was submitted or went back to the queue already; your change was not saved.")


def _add_gold(project: Project, note: Note, spans: Iterable[Span], *, by: User, task: Task, seconds: int) -> Annotation:
    parent = note.annotations.filter(status=Annotation.Status.GOLD).first()
    note.annotations.filter(status=Annotation.Status.GOLD).update(status=Annotation.Status.SUPERSEDED)
    return Annotation.objects.create(
        project=project,
        note=note,
        revision=_next_revision(note),
        parent=parent,
        status=Annotation.Status.GOLD,
        origin=Annotation.Origin.HUMAN,
        spans_json=[span.to_json() for span in sorted(spans)],
        author=by,
        task=task,
        seconds=max(0, min(seconds, 86_400)),
    )


def _next_revision(note: Note) -> int:
    return (note.annotations.aggregate(n=Max("revision"))["n"] or 0) + 1


@transaction.atomic
def add_imported(*, project: Project, spans: Mapping[int, Sequence[Span]], by: User, gold: bool) -> list[Annotation]:
    """Annotations that come with imported notes, by note id: gold, or drafts for an annotator to check.

    The caller holds new notes, or notes without gold; their spans are checked.
    """
    revisions = dict(
        Annotation.objects.filter(note__in=spans).order_by().values_list("note").annotate(n=Max("revision"))
    )
    return Annotation.objects.bulk_create(
        (
            Annotation(
                project=project,
                note_id=note_id,
                revision=revisions.get(note_id, 0) + 1,
                status=Annotation.Status.GOLD if gold else Annotation.Status.DRAFT,
                origin=Annotation.Origin.IMPORT,
                spans_json=[span.to_json() for span in sorted(found)],
                author=by,
            )
            for note_id, found in spans.items()
        ),
        batch_size=500,
    )


@transaction.atomic
def add_prelabels(*, project: Project, found: Mapping[int, Sequence[ScoredSpan]], author_model: str) -> int:
    """Pre-annotations by a model, by note id, for notes whose task is still open; returns how many were added.

    Notes that a person has begun or finished in the meantime are left alone.
    """
    waiting = Task.objects.filter(project=project, status=Task.Status.OPEN, blind=False, note__in=found)
    notes = Note.objects.select_for_update().filter(pk__in=waiting.values("note")).defer("ciphertext")
    rows = [
        Annotation(
            project=project,
            note=note,
            revision=_next_revision(note),
            status=Annotation.Status.DRAFT,
            origin=Annotation.Origin.PRELABEL,
            spans_json=[span.to_json() for span in sorted(found[note.pk])],
            author_model=author_model,
        )
        for note in notes
    ]
    return len(Annotation.objects.bulk_create(rows))


def start(*, task: Task, by: User) -> tuple[Task, Annotation | None]:
    """Lease the task and return it with what the annotator starts from."""
    held = tasks.take(task=task, by=by)
    return held, base_of(held)
