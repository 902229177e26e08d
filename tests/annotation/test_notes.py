from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from annotation.actions import notes, projects
from annotation.crypto import KeyringError
from annotation.keys import draw, pseudonym
from annotation.models import Note, Project, Task
from annotation.spans import TextError

AddNote = Callable[..., Note]
HOSTILE = [" two  spaces\t", "CR\r\nLF\n", "😀 हृदय रोग", "e\u0301 and é", "\ufeffBOM\u200d\u2028", "x" * 20_000]


# Text -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", HOSTILE)
def test_add_keeps_every_character(add_note: AddNote, text: str) -> None:
    note = Note.objects.get(pk=add_note(text).pk)
    assert note.text == text
    assert note.length == len(text)


@pytest.mark.parametrize("text", ["", " ", "a\x00", "\ud800", "x" * 20_001])
def test_add_of_a_text_that_cannot_be_kept_stores_nothing_of_the_batch(project: Project, text: str) -> None:
    news = [notes.NewNote("good", "fever"), notes.NewNote("bad", text)]
    with pytest.raises(TextError):
        notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
    assert not Note.objects.exists()


def test_add_encrypts_the_text_and_hides_the_people(add_note: AddNote) -> None:
    row = Note.objects.filter(pk=add_note("Ramesh has diabetes").pk).values().get()
    stored = b" ".join(bytes(v) if isinstance(v, memoryview) else str(v).encode() for v in row.values())
    assert b"Ramesh" not in stored
    assert row["patient"] == pseudonym("patient", "p1")
    assert row["doctor"] == pseudonym("doctor", "d1")


def test_text_moved_to_another_row_does_not_open(add_note: AddNote) -> None:
    one, two = add_note("Ramesh"), add_note("Suresh")
    Note.objects.filter(pk=two.pk).update(ciphertext=one.ciphertext, wrapped_key=one.wrapped_key)
    two.refresh_from_db()
    with pytest.raises(KeyringError):
        _ = two.text


def test_note_without_its_key_and_not_erased_is_refused_by_the_database(add_note: AddNote) -> None:
    note = add_note()
    with pytest.raises(IntegrityError, match="note_key_is_gone_when_erased"), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(wrapped_key=None)
    with pytest.raises(IntegrityError, match="note_key_is_gone_when_erased"), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(status=Note.Status.ERASED)


# Ids and people -------------------------------------------------------------------------------------------------------
def test_add_second_time_with_the_id_is_refused_by_the_database(project: Project) -> None:
    news = [notes.NewNote("n1", "fever")]
    notes.add(project=project, news=news, origin=Note.Origin.API)
    with pytest.raises(IntegrityError, match="note_once_per_project"), transaction.atomic():
        notes.add(project=project, news=news, origin=Note.Origin.API)


def test_add_without_id_gives_each_note_one(project: Project) -> None:
    rows = notes.add(project=project, news=[notes.NewNote("", "fever")] * 2, origin=Note.Origin.API)
    assert len({row.external_id for row in rows}) == 2
    assert [row.external_id for row in rows] == [str(row.uid) for row in rows]


def test_known_finds_the_ids_of_this_project_only(project: Project, add_note: AddNote) -> None:
    mine = add_note()
    add_note(into=projects.create(name="Elsewhere"))
    assert notes.known(project=project, external_ids=["n1", "n2", "n3"]) == {"n1": mine}


@pytest.mark.parametrize("text", ["k/c/o  diabetes", "k/c/o diabetes ", "K/c/o diabetes", "k/c/o diabetes\r"])
def test_same_text_is_told_apart_by_one_character(add_note: AddNote, text: str) -> None:
    note = add_note("k/c/o diabetes")
    assert notes.same_text(note, "k/c/o diabetes")
    assert not notes.same_text(note, text)


def test_fingerprint_of_a_text_differs_between_projects(add_note: AddNote) -> None:
    other = projects.create(name="Elsewhere")
    assert add_note("fever").fingerprint != add_note("fever", into=other).fingerprint


def test_pseudonym_is_stable_and_keeps_patients_and_doctors_apart() -> None:
    assert pseudonym("patient", "7") == pseudonym("patient", "7")
    assert pseudonym("patient", "7") != pseudonym("doctor", "7")
    assert len(pseudonym("patient", "7")) == 32
    assert pseudonym("patient", "") == ""


# Tasks ----------------------------------------------------------------------------------------------------------------
def test_open_audits_at_the_ends_of_the_rate(project: Project, add_note: AddNote) -> None:
    rows = [add_note() for _ in range(20)]
    project.audit_rate = 0.0
    assert notes.open_audits(project=project, notes=rows) == []
    project.audit_rate = 1.0
    drawn = notes.open_audits(project=project, notes=rows)
    assert [task.note for task in drawn] == rows
    assert {(task.blind, task.reason) for task in drawn} == {(True, "random_audit")}


def test_draw_is_the_same_every_time_and_about_as_often_as_asked() -> None:
    drawn = [draw(f"uid-{number}", 0.2) for number in range(5000)]
    assert drawn == [draw(f"uid-{number}", 0.2) for number in range(5000)]
    assert 0.17 < sum(drawn) / 5000 < 0.23


def test_draw_at_a_higher_rate_keeps_what_was_drawn_before() -> None:
    uids = [f"uid-{number}" for number in range(2000)]
    assert {u for u in uids if draw(u, 0.1)} < {u for u in uids if draw(u, 0.3)}


def test_open_tasks_second_time_for_a_note_is_refused_by_the_database(project: Project, add_note: AddNote) -> None:
    note = add_note()
    notes.open_tasks(project=project, notes=[note], reason=Task.Reason.LABEL)
    with pytest.raises(IntegrityError, match="task_one_unfinished_per_note_and_reason"), transaction.atomic():
        notes.open_tasks(project=project, notes=[note], reason=Task.Reason.LABEL)
    assert notes.open_tasks(project=project, notes=[note], reason=Task.Reason.RANDOM_AUDIT)


def test_open_tasks_to_label_are_not_blind(project: Project, add_note: AddNote) -> None:
    (task,) = notes.open_tasks(project=project, notes=[add_note()], reason=Task.Reason.LABEL)
    assert not task.blind


def test_outside_audit_leaves_drawn_notes_out(project: Project, add_note: AddNote) -> None:
    kept, drawn = add_note(), add_note()
    notes.open_tasks(project=project, notes=[drawn], reason=Task.Reason.RANDOM_AUDIT)
    assert list(Note.objects.outside_audit()) == [kept]
