"""The notes list and the page of a note: what is found, what stands in no address, who sees what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import assignments, comments, indexing, notes, revisions, tasks
from annotation.models import Note, Project, Task, User
from annotation.spans import MarkedSpan, ScoredSpan, Span
from tests.annotation.conftest import DISEASE, TREATMENT
from tests.conftest import Cast

AddNote = Callable[..., Note]
AddTask = Callable[..., Task]
BrowserOf = Callable[[User], Browser]
LIST, FIND, ASK = (reverse(name, args=["clinic"]) for name in ("notes", "notes_find", "notes_ask"))


@pytest.fixture
def browser(cast: Cast, browser_of: BrowserOf) -> Browser:
    return browser_of(cast.reviewer)


def page_of(note: Note) -> str:
    return reverse("note", args=[note.pk])


def shown(response: Any) -> list[int]:
    return [row.note.pk for row in response.context["rows"]]


def annotated(task: Task, by: User, spans: list[Any]) -> None:
    held = tasks.take(task=task, by=by)
    base = revisions.base_of(held)
    revisions.submit(task=held, by=by, spans=spans, base_revision=base.revision if base else 0, seconds=12)


# The list -------------------------------------------------------------------------------------------------------------
def test_list_shows_the_newest_first_page_by_page(browser: Browser, project: Project) -> None:
    news = [notes.NewNote(f"n{number}", f"fever {number}") for number in range(27)]
    ids = [note.pk for note in notes.add(project=project, news=news, origin=Note.Origin.IMPORT)][::-1]
    indexing.catch_up()
    first = browser.get(LIST)
    assert shown(first) == ids[:25]
    assert first.context["previous"] is None
    second = browser.get(f"{LIST}?{first.context['next']}")
    assert shown(second) == ids[25:]
    assert shown(browser.get(f"{LIST}?{second.context['previous']}")) == ids[:25]


def test_search_finds_and_marks_words_that_stand_in_no_address(browser: Browser, add_note: AddNote) -> None:
    note, _ = add_note("Seen Qwertilal for fever"), add_note("fever")
    indexing.catch_up()
    answer = browser.post(FIND, {"words": "QWERTILAL fevers", "status": "none"}, follow=True)
    ((url, status),) = answer.redirect_chain
    assert status == 302
    assert re.fullmatch(rf"{LIST}\?s=[\w-]+&status=none", url)
    assert shown(answer) == [note.pk]
    assert [piece.text for piece in answer.context["rows"][0].pieces if piece.found] == ["Qwertilal", "fever"]
    # The field is filled in again, from the session, where the words are encrypted.
    assert b'value="QWERTILAL fevers"' in answer.content
    assert "QWERTILAL" not in str([row.get_decoded() for row in Session.objects.all()])


def test_search_of_another_session_is_not_known(browser: Browser, cast: Cast, browser_of: BrowserOf) -> None:
    url = browser.post(FIND, {"words": "Qwertilal"}).headers["Location"]
    answer = browser_of(cast.lead).get(url)
    assert b"not known any more" in answer.content
    assert b"Qwertilal" not in answer.content


def test_filters_that_cannot_be_read_filter_nothing_and_say_so(browser: Browser, add_note: AddNote) -> None:
    note = add_note()
    indexing.catch_up()
    answer = browser.post(FIND, {"received_from": "soon", "score": "2", "status": "lost", "sort": "best"}, follow=True)
    assert shown(answer) == [note.pk]
    assert len(answer.context["messages"]) == 4
    assert shown(browser.get(LIST, {"at": "x", "annotated_to": "never", "annotator": "x", "city": "\x00"})) == [note.pk]


def test_filters_narrow_the_list_down(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    done, waiting = add_task(), add_task()
    annotated(done, cast.annotator, [DISEASE])
    indexing.catch_up()
    for asked, expected in (
        ({"status": "gold"}, done), ({"reason": "label"}, waiting), ({"label": "DISEASE"}, done),
        ({"annotator": cast.annotator.pk}, done), ({"sort": "annotated"}, done),
    ):  # fmt: skip
        assert shown(browser.get(LIST, asked)) == [expected.note_id], asked


def test_rows_say_what_was_made_of_a_note(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    annotated(add_task(), cast.annotator, [DISEASE, TREATMENT])
    indexing.catch_up()
    (row,) = browser.get(LIST).context["rows"]
    assert (row.entities, row.people) == ([("DISEASE", 1), ("TREATMENT", 1)], ["annotator"])


def test_annotation_is_asked_for_of_ticked_notes(browser: Browser, add_note: AddNote) -> None:
    chosen, _ = add_note(), add_note()
    answer = browser.post(ASK, {"note": [chosen.pk], "reason": "feedback", "here": "status=none"})
    assert answer.headers["Location"] == f"{LIST}?status=none"
    task = Task.objects.get()
    assert (task.note_id, task.reason) == (chosen.pk, "feedback")
    second = browser.post(ASK, {"note": [chosen.pk], "reason": "feedback"}, follow=True)
    assert b"left out" in second.content
    assert b"No note is ticked" in browser.post(ASK, {"note": ["x"]}, follow=True).content
    assert Task.objects.count() == 1


# A note ---------------------------------------------------------------------------------------------------------------
def test_note_page_shows_gold_marked_and_text_as_text(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    task = add_task("<script>alert(1)</script> {{ x }} diabetes & fever")
    start = task.note.text.index("diabetes")
    annotated(task, cast.annotator, [MarkedSpan(start, start + 8, "DISEASE", ("negated",), "E11.9")])
    content = browser.get(page_of(task.note)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ x }} <mark" in content
    assert re.search(r'<mark class="span label-0 ?">diabetes<span class="mark-label">DISEASE</span></mark>', content)
    assert "negated" in content
    assert "E11.9" in content


def test_note_page_compares_two_revisions(browser: Browser, project: Project, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    scored = [ScoredSpan(*DISEASE, 0.9), ScoredSpan(19, 28, "DISEASE", 0.5)]
    revisions.add_prelabels(project=project, found={task.note_id: scored}, author_model="clinic v1")
    annotated(task, cast.annotator, [DISEASE, TREATMENT])
    context = browser.get(page_of(task.note), {"revision": "1", "with": "2"}).context
    assert context["same"] == 1
    assert [(row["mention"], row["label"]) for row in context["only_left"]] == [("metformin", "DISEASE")]
    assert [(row["mention"], row["label"]) for row in context["only_right"]] == [("metformin", "TREATMENT")]
    for odd in ({"revision": "9"}, {"revision": "x", "with": "1"}, {"with": "2"}):
        assert browser.get(page_of(task.note), odd).status_code == 200


def test_note_page_keeps_comments(browser: Browser, cast: Cast, add_note: AddNote) -> None:
    note = add_note()
    comments.add(note=note, by=cast.annotator, text="first\nline")
    url = reverse("note_comment", args=[note.pk])
    assert b"second &lt;b&gt;" in browser.post(url, {"text": "second <b>"}, follow=True).content
    assert b"is empty" in browser.post(url, {"text": "  "}, follow=True).content
    assert [comment.text for comment in note.comments.all()] == ["first\nline", "second <b>"]


def test_correction_leads_to_a_task_of_ones_own_and_the_second_time_to_the_same(
    browser: Browser, cast: Cast, browser_of: BrowserOf, add_task: AddTask
) -> None:
    task = add_task()
    annotated(task, cast.annotator, [DISEASE])
    url = reverse("note_correct", args=[task.note_id])
    first, second = browser.post(url), browser.post(url)
    made = Task.objects.get(reason="disagreement")
    assert first.headers["Location"] == second.headers["Location"] == reverse("task", args=[made.pk])
    assert made.reserved_for == cast.reviewer
    assert browser.get(first.headers["Location"]).status_code == 200


def test_correction_of_a_note_that_waits_is_refused(browser: Browser, add_task: AddTask) -> None:
    answer = browser.post(reverse("note_correct", args=[add_task().note_id]), follow=True)
    assert b"can&#x27;t be corrected now" in answer.content


def test_second_opinion_is_asked_for_once(browser: Browser, cast: Cast, add_task: AddTask) -> None:
    task = add_task()
    annotated(task, cast.annotator, [DISEASE])
    url = reverse("note_second", args=[task.note_id])
    assert b"A second person is asked" in browser.post(url, follow=True).content
    assert b"be asked for now" in browser.post(url, follow=True).content
    assert Task.objects.filter(reason="double").count() == 1


# Blind ----------------------------------------------------------------------------------------------------------------
def blind_note(project: Project, cast: Cast, add_task: AddTask) -> Note:
    """Done by the annotator; a second one is wanted, blind."""
    task = add_task()
    annotated(task, cast.annotator, [DISEASE])
    assignments.open_for_notes(project=project, note_ids=[task.note_id], reason="double", by=cast.lead)
    indexing.catch_up()
    return task.note


def test_who_may_still_annotate_a_note_blind_sees_nothing_of_it(
    browser: Browser, project: Project, cast: Cast, add_task: AddTask
) -> None:
    note = blind_note(project, cast, add_task)
    refused = browser.get(page_of(note))
    assert refused.status_code == 403
    assert b"blind" in refused.content
    assert browser.post(reverse("note_comment", args=[note.pk]), {"text": "x"}).status_code == 403
    assert browser.post(reverse("note_correct", args=[note.pk])).status_code == 403
    (row,) = browser.get(LIST).context["rows"]
    assert (row.hidden, row.entities, row.people) == (True, [], [])


def test_who_does_not_annotate_may_look_and_so_may_who_has_done_theirs(
    project: Project, cast: Cast, browser_of: BrowserOf, add_task: AddTask
) -> None:
    note = blind_note(project, cast, add_task)
    assert browser_of(cast.lead).get(page_of(note)).status_code == 200
    reviewer = browser_of(cast.reviewer)
    second = Task.objects.get(reason="double")
    annotated(second, cast.reviewer, [DISEASE])
    assert reviewer.get(page_of(note)).status_code == 200


def test_two_that_differ_are_shown_to_no_annotator_before_they_are_settled(
    browser: Browser, project: Project, cast: Cast, add_task: AddTask
) -> None:
    note = blind_note(project, cast, add_task)
    annotated(Task.objects.get(reason="double"), cast.reviewer, [TREATMENT])
    assert Task.objects.get(reason="adjudicate").status == "open"
    assert browser.get(page_of(note)).status_code == 403


def test_note_withdrawn_has_no_page(browser: Browser, add_note: AddNote) -> None:
    note = add_note()
    Note.objects.filter(pk=note.pk).update(status=Note.Status.WITHDRAWN)
    assert browser.get(page_of(note)).status_code == 404


def test_span_class_needs_no_label_of_the_project(
    browser: Browser, project: Project, cast: Cast, add_note: AddNote
) -> None:
    note = add_note()
    revisions.add_imported(project=project, spans={note.pk: [Span(0, 5, "GONE")]}, by=cast.reviewer, gold=True)
    assert b"label-0" in browser.get(page_of(note)).content


def test_filters_show_what_was_sent_also_when_they_are_kept_from_before(browser: Browser, add_note: AddNote) -> None:
    add_note("fever")
    for sent in ("entered-first", "entered-second", "2026-01-05", ""):
        html = browser.get(LIST, {"received_from": sent}).content.decode()
        (field,) = re.findall(r'<input[^>]*name="received_from"[^>]*>', html)
        assert f'value="{sent}"' in field
        assert ("entered-first" in html) == (sent == "entered-first")
        assert ("Enter a valid date" in html) == sent.startswith("entered")
