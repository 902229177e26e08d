"""The index follows the notes; no change is lost, whoever else is at work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from annotation.actions import indexing, notes, revisions, search, tasks
from annotation.models import FACETS, IndexDue, Note, NoteIndex, Project, Task
from annotation.search.filters import Filters
from annotation.search.question import parse
from annotation.spans import ScoredSpan
from annotation.tasks import index_notes
from tests.annotation.conftest import DISEASE, TREATMENT
from tests.conftest import Cast
from tests.together import together

AddNote = Callable[..., Note]
AddTask = Callable[..., Task]


def found(project: Project, words: str = "", label: str = "", **tags: str) -> list[int]:
    return search.find(project=project, filters=Filters(parse(words), label, tags)).notes


def test_note_that_came_in_is_found_after_the_worker_was_there(project: Project, add_note: AddNote) -> None:
    note = add_note()
    assert found(project, "diabetes") == []
    index_notes()
    assert found(project, "diabetes") == [note.pk]
    assert not IndexDue.objects.exists()
    assert indexing.catch_up() == 0


def test_note_marked_twice_is_indexed_once(project: Project, add_note: AddNote) -> None:
    note = add_note()
    indexing.mark([note.pk, note.pk])
    assert indexing.catch_up() == 1
    assert NoteIndex.objects.count() == 1


def test_row_says_how_far_the_note_is(project: Project, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    indexing.catch_up()
    assert NoteIndex.objects.get().status == "none"
    scored = [ScoredSpan(*DISEASE, 0.9), ScoredSpan(*TREATMENT, 0.4)]
    revisions.add_prelabels(project=project, found={task.note_id: scored}, author_model="clinic v1")
    indexing.catch_up()
    row = NoteIndex.objects.get()
    assert (row.status, row.min_score, row.annotated_at) == ("suggested", 0.4, None)
    assert found(project, model="clinic v1", reason="label") == [task.note_id]
    tasks.take(task=task, by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=1, seconds=3)
    indexing.catch_up()
    row = NoteIndex.objects.get()
    assert (row.status, row.min_score, row.disagreement) == ("gold", None, None)
    assert row.annotated_at.date() == timezone.now().date()
    assert found(project, '"diabetes"', "DISEASE", annotator=str(cast.annotator.pk), status="gold") == [task.note_id]
    assert found(project, '"metformin"') == found(project, reason="label") == found(project, label="TREATMENT") == []


def test_row_of_two_blind_annotations_has_their_disagreement(project: Project, cast: Cast, add_note: AddNote) -> None:
    project.double_share = 1.0
    project.save()
    note = add_note()
    notes.open_tasks(project=project, notes=[note], reason=Task.Reason.LABEL)
    for who, spans, status in (
        (cast.annotator, [DISEASE, TREATMENT], "submitted"),
        (cast.annotator2, [DISEASE], "submitted"),
    ):
        task = tasks.take_next(project=project, by=who)
        revisions.submit(task=task, by=who, spans=spans, base_revision=0, seconds=3)
        indexing.catch_up()
        assert NoteIndex.objects.get().status == status
        # What waits for the second opinion is nobody's to find.
        assert found(project, '"diabetes"') == []
    assert NoteIndex.objects.get().disagreement == pytest.approx(1 / 3)
    assert found(project, reason="adjudicate") == [note.pk]


@pytest.mark.parametrize("status", ["withdrawn", "erased"])
def test_note_withdrawn_or_erased_loses_its_row(project: Project, add_note: AddNote, status: str) -> None:
    note = add_note()
    indexing.catch_up()
    Note.objects.filter(pk=note.pk).update(status=status, **({"wrapped_key": None} if status == "erased" else {}))
    indexing.mark([note.pk])
    indexing.catch_up()
    assert not NoteIndex.objects.exists()


def test_facets_are_found_exactly(project: Project) -> None:
    facets = {name: f"{name} One" for name in FACETS}
    (note,) = notes.add(project=project, news=[notes.NewNote("f", "fever", facets=facets)], origin=Note.Origin.IMPORT)
    indexing.catch_up()
    assert found(project, **facets) == [note.pk]
    assert found(project, city="city") == []


def test_reindex_builds_lost_rows_anew(project: Project, add_note: AddNote) -> None:
    note = add_note()
    IndexDue.objects.all().delete()
    out = StringIO()
    call_command("reindex", project="clinic", stdout=out)
    assert found(project, "metformin") == [note.pk]
    assert "1 notes marked" in out.getvalue()
    assert "up to date" in out.getvalue()


# At the same time -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_change_while_the_worker_reads_is_not_lost(
    project: Project, cast: Cast, add_task: AddTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody submits after the worker took the mark away and read, and before it commits."""
    task = add_task()
    tasks.take(task=task, by=cast.annotator)
    has_read, has_changed = threading.Event(), threading.Event()
    rows_of = indexing._rows

    def slowly(read: object) -> object:
        rows = rows_of(read)
        has_read.set()
        assert has_changed.wait(10)
        return rows

    monkeypatch.setattr(indexing, "_rows", slowly)

    def change() -> None:
        assert has_read.wait(10)
        revisions.submit(task=task, by=cast.annotator, spans=[DISEASE], base_revision=0, seconds=1)
        has_changed.set()

    assert together(partial(indexing._one_batch, 500), change)[0] == 1
    assert NoteIndex.objects.get().status == "none"
    indexing.catch_up()
    assert NoteIndex.objects.get().status == "gold"


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_one_after_the_other(
    project: Project, add_note: AddNote, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        add_note()
    write = indexing.write
    monkeypatch.setattr(indexing, "write", lambda due: (time.sleep(0.3), write(due)))
    counts = together(partial(indexing._one_batch, 2), partial(indexing._one_batch, 2))
    assert sorted(counts) == [0, 2]
    assert indexing.behind() == 2
    indexing.catch_up()
    assert NoteIndex.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_changes_from_threads_while_a_worker_runs_all_arrive(project: Project, cast: Cast, add_task: AddTask) -> None:
    waiting = [add_task() for _ in range(12)]
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            indexing.catch_up()

    def annotate(some: list[Task], who: object) -> None:
        for task in some:
            held = tasks.take(task=task, by=who)
            revisions.submit(task=held, by=who, spans=[DISEASE], base_revision=0, seconds=1)

    worker = threading.Thread(target=lambda: (work(), connection.close()))
    worker.start()
    try:
        assert together(
            lambda: annotate(waiting[::2], cast.annotator), lambda: annotate(waiting[1::2], cast.annotator2)
        ) == [None, None]
    finally:
        done.set()
        worker.join()
    indexing.catch_up()
    assert set(NoteIndex.objects.values_list("status", flat=True)) == {"gold"}
    assert len(found(project, status="gold")) == 12
