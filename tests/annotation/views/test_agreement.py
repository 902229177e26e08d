"""How alike people annotate, as the page tells it to each role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from annotation.actions import guidelines, revisions, tasks
from annotation.models import Note, Project, Task, User
from tests.conftest import Cast
from tests.disputes import annotate_twice, spans_of

TEXT = "k/c/o type 2 diabetes, on metformin; no fever"
SAME = spans_of(TEXT, ("diabetes", "DISEASE"), ("metformin", "TREATMENT"))
WIDER = spans_of(TEXT, ("type 2 diabetes", "DISEASE"), ("metformin", "TREATMENT"))
BrowserOf = Callable[[User], Browser]


def page(browser: Browser, query: str = "") -> str:
    response = browser.get(f"/p/clinic/agreement/{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def worked(project: Project, cast: Cast) -> Project:
    """Twenty-one notes by two people: sixteen alike, four with other edges, one that a third person made with them."""
    guidelines.publish(project=project, text="## Disease\nWithout its type.", change="", by=cast.reviewer)
    people = (cast.annotator, cast.annotator2)
    for number in range(20):
        annotate_twice(project, people, TEXT, SAME, WIDER if number % 5 == 0 else SAME)
    annotate_twice(project, (cast.annotator, cast.reviewer), TEXT, SAME, SAME)
    return project


def test_figures_of_all_and_of_each_pair(worked: Project, cast: Cast, browser_of: BrowserOf) -> None:
    """Strict: 2 * (17 * 2 + 4) of 2 * 42; against gold only what is settled counts."""
    shown = page(browser_of(cast.reviewer))
    assert "<strong>0.90</strong>" in shown
    assert "annotator and annotator2" in shown
    assert "Not enough notes (1 of 20)" in shown
    assert "Not enough notes (16 of 20)" in shown, "four notes wait for a reviewer"
    assert "Label by label: All pairs" in shown


def test_frequent_disagreements_lead_to_guidelines_and_notes(
    worked: Project, cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.reviewer)
    shown = page(browser)
    assert "Edges differ" in shown
    assert "100.0 %" in shown
    assert '<a href="/p/clinic/guidelines/#disease">Disease</a>' in shown
    assert "/notes/" not in shown.split("<main")[1], "their pages are closed until they are settled"
    task = tasks.take_next(project=worked, by=cast.reviewer, adjudicate=True)
    revisions.submit(task=task, by=cast.reviewer, spans=SAME, base_revision=0, seconds=1)
    assert f'href="/notes/{task.note_id}/"' in page(browser)
    assert browser.get(f"/notes/{task.note_id}/").status_code == 200


def test_annotators_see_themselves_and_numbers(worked: Project, cast: Cast, browser_of: BrowserOf) -> None:
    shown = page(browser_of(cast.annotator))
    assert "You and Person" in shown
    assert "annotator2" not in shown
    assert "/notes/" not in shown
    assert "type 2" not in shown


@pytest.mark.parametrize("role", ["approver", "admin"])
def test_who_reads_no_notes_sees_numbers_only(worked: Project, cast: Cast, browser_of: BrowserOf, role: str) -> None:
    shown = page(browser_of(getattr(cast, role)))
    assert "annotator" not in shown.replace("annotators", "")
    assert "/notes/" not in shown


def test_labels_of_one_pair_are_shown_on_request(worked: Project, cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.reviewer)
    shown = page(browser)
    key = shown.split("show=")[1].split("#")[0]
    assert "Label by label: annotator and annotator2" in page(browser, f"?days=90&show={key}")
    assert "Label by label: All pairs" in page(browser, "?days=never&show=%3Cscript%3E")


def test_window_leaves_older_notes_out(worked: Project, cast: Cast, browser_of: BrowserOf) -> None:
    Task.objects.filter(status=Task.Status.ACCEPTED).update(closed_at=timezone.now() - timedelta(days=60))
    browser = browser_of(cast.reviewer)
    assert "No note was annotated by two people" in page(browser, "?days=30")
    assert "All pairs together" in page(browser, "?days=90")


def test_second_opinion_on_seen_suggestions_is_no_blind_pair(
    project: Project, cast: Cast, browser_of: BrowserOf
) -> None:
    note = annotate_twice(project, (cast.annotator, cast.annotator2), TEXT, SAME, WIDER)
    assert "1 of 20" in page(browser_of(cast.reviewer))
    note.tasks.filter(reason=Task.Reason.LABEL).update(blind=False)
    assert "No note was annotated by two people" in page(browser_of(cast.reviewer))


def test_notes_that_were_withdrawn_or_erased_do_not_count(project: Project, cast: Cast, browser_of: BrowserOf) -> None:
    for status in (Note.Status.WITHDRAWN, Note.Status.ERASED):
        note = annotate_twice(project, (cast.annotator, cast.annotator2), TEXT, SAME, WIDER)
        key = {} if status == Note.Status.WITHDRAWN else {"wrapped_key": None}
        Note.objects.filter(pk=note.pk).update(status=status, **key)
    assert "No note was annotated by two people" in page(browser_of(cast.reviewer))


def test_work_that_one_person_alone_has_done_is_no_pair(project: Project, cast: Cast, browser_of: BrowserOf) -> None:
    note = annotate_twice(project, (cast.annotator, cast.annotator2), TEXT, SAME, SAME)
    note.tasks.filter(reason=Task.Reason.DOUBLE).update(status=Task.Status.OPEN, closed_at=None)
    assert "No note was annotated by two people" in page(browser_of(cast.reviewer))


def test_reviewers_gold_is_held_against_both(project: Project, cast: Cast, browser_of: BrowserOf) -> None:
    for _ in range(20):
        note = annotate_twice(project, (cast.annotator, cast.annotator2), TEXT, SAME, WIDER)
        task = tasks.take_next(project=project, by=cast.reviewer, adjudicate=True)
        revisions.submit(task=task, by=cast.reviewer, spans=WIDER, base_revision=0, seconds=1)
        assert task.note_id == note.pk
    table = page(browser_of(cast.reviewer)).split('id="people-title"')[1]
    first, second = (table.split(f">{name}<")[1].split("<strong>")[1] for name in ("annotator", "annotator2"))
    assert (first[:4], second[:4]) == ("0.50", "1.00")
