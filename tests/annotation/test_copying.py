"""COPY stores what INSERT would: every kind of value, the constraints, and the ids."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from annotation.actions import copying, notes
from annotation.models import Note, Project, Task

NASTY = "\\.\t\\N\r\n'\"\x0b{,}\\x00 é😀\u2028"


def built(project: Project, external_id: str, text: str = NASTY) -> Note:
    new = notes.NewNote(external_id, text, facets={"city": NASTY.strip()})
    return notes.build(project=project, new=new, origin=Note.Origin.IMPORT)


def test_rows_come_back_as_they_were_in_the_order_given(project: Project) -> None:
    rows = copying.insert([built(project, name) for name in ("b", "\\N", "a")])
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    stored = {note.pk: note for note in Note.objects.all()}
    for row in rows:
        again = stored[row.pk]
        assert (again.external_id, again.text, again.city) == (row.external_id, NASTY, NASTY.strip())
        assert again.received_at == row.received_at
    rows[0].city = "Pune"
    rows[0].save()  # it is known to be stored
    assert Note.objects.count() == 3


def test_ids_go_on_behind_those_of_copied_rows(project: Project) -> None:
    (row,) = copying.insert([built(project, "a")])
    later = built(project, "b")
    later.save(force_insert=True)
    assert later.pk > row.pk


def test_a_row_that_the_database_refuses_leaves_none(project: Project) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        copying.insert([built(project, "a"), built(project, "b"), built(project, "a")])
    assert not Note.objects.exists()


def test_times_that_are_set_on_adding_are_set(project: Project) -> None:
    stored = notes.add(project=project, news=[notes.NewNote("n1", "fever")], origin=Note.Origin.IMPORT)
    notes.open_tasks(project=project, notes=stored, reason=Task.Reason.LABEL)
    task = Task.objects.get()
    assert (task.created_at is not None, task.blind, task.lease_until) == (True, False, None)


def test_no_rows_ask_nothing() -> None:
    assert copying.insert([]) == []


def test_rows_like_another_are_rows_of_their_own(project: Project) -> None:
    note = notes.add(project=project, news=[notes.NewNote("n1", "fever")], origin=Note.Origin.IMPORT)[0]
    first = Task(project=project, note=note, reason=Task.Reason.LABEL)
    one, other = (copying.like(first, reason=reason) for reason in (Task.Reason.FEEDBACK, Task.Reason.UNCERTAINTY))
    assert one.project is other.project is project
    assert one.note is note
    copying.insert([one, other])
    assert first.pk is None
    assert first._state.adding
    stored = dict(Task.objects.values_list("pk", "reason"))
    assert stored == {one.pk: "feedback", other.pk: "uncertainty"}


def test_a_row_like_another_forgets_what_it_was_tied_to(project: Project) -> None:
    one, other = notes.add(
        project=project, news=[notes.NewNote(name, "fever") for name in "ab"], origin=Note.Origin.IMPORT
    )
    first = Task(project=project, note=one, reason=Task.Reason.LABEL)
    assert copying.like(first, note_id=other.pk).note == other
