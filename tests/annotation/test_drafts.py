"""Drafts and comments."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from annotation.actions import comments, drafts, revisions, tasks
from annotation.errors import ActionError, TooLate
from annotation.models import Draft, Note, Task
from annotation.spans import MarkedSpan
from tests.annotation.conftest import let_lapse
from tests.conftest import Cast

AddTask = Callable[..., Task]
ONE = MarkedSpan(6, 14, "DISEASE", ("negated",), "E11.9")
TWO = MarkedSpan(19, 28, "TREATMENT")


@pytest.fixture
def held(cast: Cast, add_task: AddTask) -> Task:
    return tasks.take(task=add_task(), by=cast.annotator)


def save(task: Task, *spans: MarkedSpan, by: object, version: int) -> Draft:
    return drafts.save(task=task, by=by, spans=spans, seconds=3, base_revision=0, version=version)  # type: ignore[arg-type]


def test_draft_is_kept_and_counts_its_saves(cast: Cast, held: Task) -> None:
    assert save(held, ONE, by=cast.annotator, version=0).version == 1
    assert save(held, ONE, TWO, by=cast.annotator, version=1).version == 2
    kept = drafts.of(held, cast.annotator)
    assert kept is not None
    assert kept.spans_json == [ONE.to_json(), TWO.to_json()]
    assert drafts.of(held, cast.annotator2) is None


def test_draft_of_another_tab_is_not_overwritten(cast: Cast, held: Task) -> None:
    save(held, ONE, by=cast.annotator, version=0)
    save(held, TWO, by=cast.annotator, version=1)
    with pytest.raises(drafts.StaleDraft) as caught:
        save(held, by=cast.annotator, version=1)
    assert caught.value.draft.spans_json == [TWO.to_json()]
    # The same again, its answer lost, is no conflict.
    assert save(held, TWO, by=cast.annotator, version=1).version == 2


def test_draft_holds_the_lease_also_one_that_lapsed(cast: Cast, held: Task) -> None:
    let_lapse(held)
    save(held, ONE, by=cast.annotator, version=0)
    assert Task.objects.held_by(cast.annotator).exists()


def test_draft_of_a_note_that_somebody_else_took_is_refused_and_theirs_starts_anew(cast: Cast, held: Task) -> None:
    save(held, ONE, by=cast.annotator, version=0)
    let_lapse(held)
    theirs = tasks.take(task=Task.objects.get(pk=held.pk), by=cast.annotator2)
    with pytest.raises(TooLate):
        save(held, ONE, by=cast.annotator, version=1)
    assert drafts.of(theirs, cast.annotator2) is None
    save(theirs, TWO, by=cast.annotator2, version=0)
    kept = drafts.of(theirs, cast.annotator2)
    assert kept is not None
    assert kept.spans_json == [TWO.to_json()]


def test_submit_takes_what_is_said_of_a_span_and_ends_the_draft(cast: Cast, held: Task) -> None:
    save(held, ONE, by=cast.annotator, version=0)
    made = revisions.submit(task=held, by=cast.annotator, spans=[ONE, TWO], base_revision=0, seconds=1)
    assert made.marked == [ONE, TWO]
    assert not Draft.objects.exists()


def test_comment_is_encrypted_and_dies_with_the_note(cast: Cast, held: Task) -> None:
    comment = comments.add(note=held.note, by=cast.annotator, text="  Is \u201cDM\u201d diabetes here? ")
    assert comment.text == "Is \u201cDM\u201d diabetes here?"
    assert b"diabetes" not in bytes(comment.ciphertext)
    Note.objects.filter(pk=held.note_id).update(wrapped_key=None, status=Note.Status.ERASED)
    comment.note.refresh_from_db()
    with pytest.raises(ValueError, match="does not open"):
        _ = comment.text


@pytest.mark.parametrize("text", ["", " \n", "\x00", "x" * 2001])
def test_comment_of_nothing_or_too_much_is_refused(cast: Cast, held: Task, text: str) -> None:
    with pytest.raises(ActionError, match="comment"):
        comments.add(note=held.note, by=cast.annotator, text=text)
