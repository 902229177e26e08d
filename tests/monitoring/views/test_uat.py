"""The clinicians' test in the browser: asked for, rated blind, signed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from annotation.actions import notes
from annotation.models import Project, User
from monitoring.uat_rows import turns_of
from tests.conftest import Cast
from tests.uat import make_test
from training import runs
from training.models import ModelVersion, Run, UatItem, UatRating, UatSession
from training.uat_state import turn_of

BrowserOf = Callable[[User], Browser]


@pytest.fixture
def tested(project: Project, candidate: ModelVersion) -> ModelVersion:
    news = [notes.NewNote(f"raw-{number}", f"k/c/o <i>asthma</i> {number}") for number in range(3)]
    notes.add(project=project, news=news, origin="import")
    ModelVersion.objects.filter(pk=candidate.pk).update(status="uat")
    candidate.refresh_from_db()
    return candidate


@pytest.fixture
def session(tested: ModelVersion, cast: Cast) -> UatSession:
    return make_test(model=tested, raters=[cast.annotator], notes=3, by=cast.lead)


def words(browser: Browser, url: str) -> str:
    return re.sub(r"\s+", " ", browser.get(url, follow=True).content.decode())


def test_test_is_asked_for_on_the_page_of_the_version(tested: ModelVersion, cast: Cast, browser_of: BrowserOf) -> None:
    browser, url = browser_of(cast.lead), f"/models/{tested.pk}/test/"
    page = words(browser, f"/models/{tested.pk}/")
    assert f'action="{url}"' in page
    assert f'value="{cast.annotator.pk}"' in page
    assert "Choose at least one rater" in browser.post(url, {"notes": "3"}, follow=True).content.decode()
    asked = {"raters": [cast.annotator.pk], "notes": "3"}
    made, run = browser.post(url, asked), Run.objects.get(kind=Run.Kind.UAT)
    assert made.headers["Location"] == f"/runs/{run.pk}/"
    assert f"run {run.pk}</a>; then its raters can begin" in words(browser, f"/models/{tested.pk}/")
    assert f"Run {run.pk} does that for clinic v1 already" in browser.post(url, asked, follow=True).content.decode()
    runs.execute(run.pk)
    session = UatSession.objects.get()
    assert f'href="/tests/{session.pk}/"' in words(browser, f"/runs/{run.pk}/")
    assert "compare clinic v1 already" in browser.post(url, asked, follow=True).content.decode()


def test_test_of_which_nothing_came_says_why_and_can_be_asked_for_again(
    tested: ModelVersion, cast: Cast, browser_of: BrowserOf
) -> None:
    browser, url = browser_of(cast.lead), f"/models/{tested.pk}/"
    browser.post(f"{url}test/", {"raters": [cast.annotator.pk], "notes": "150"})
    runs.execute(Run.objects.get(kind=Run.Kind.UAT).pk)
    page = words(browser, url)
    assert "recent notes are left that neither model learned from" in page
    assert "Ask for the test</button>" in page
    assert not UatSession.objects.exists()
    browser.post(f"{url}test/", {"raters": [cast.annotator.pk], "notes": "3"})
    runs.execute(Run.objects.get(kind=Run.Kind.UAT, status=Run.Status.QUEUED).pk)
    assert "No test came of" not in words(browser, url)
    assert UatSession.objects.get().items.count() == 3


def test_rater_sees_two_texts_that_do_not_say_which_is_which(
    session: UatSession, cast: Cast, browser_of: BrowserOf
) -> None:
    found = [{"start": 0, "end": 5, "label": "DISEASE", "score": 0.9}]
    session.items.update(candidate_spans=found, rival_spans=[], swapped=False)
    page = words(browser_of(cast.annotator), f"/tests/{session.pk}/rate/")
    assert "1 of 3" in page
    assert "mark-only" in page
    assert "<i>" not in page
    assert "candidate" not in page.lower()
    assert "rival" not in page.lower()
    session.items.update(swapped=True)
    swapped = words(browser_of(cast.annotator), f"/tests/{session.pk}/rate/")
    assert page.index("mark-only") < page.index('id="side-right"')
    assert swapped.index("mark-only") > swapped.index('id="side-right"')


def test_rating_goes_on_at_once_until_the_result_shows(session: UatSession, cast: Cast, browser_of: BrowserOf) -> None:
    browser, url = browser_of(cast.annotator), f"/tests/{session.pk}/"
    assert "What came out" not in words(browser, url)
    for number in range(3):
        item = turn_of(session, cast.annotator).item
        assert isinstance(item, UatItem)
        page = browser.post(f"{url}rate/note/", {"item": item.pk, "verdict": "both", "seconds": "7"}, follow=True)
        assert (f"{number + 2} of 3" in page.content.decode()) is (number < 2)
    assert "What came out" in words(browser, url)
    assert [rating.seconds for rating in UatRating.objects.all()] == [7, 7, 7]
    assert browser.get(f"{url}rate/").headers["Location"] == url
    signed = browser.post(f"{url}sign/", {"result": "passed", "reason": "Good."}, follow=True).content.decode()
    assert "signed as passed" in signed
    session.model.refresh_from_db()
    assert session.model.status == "pending_approval"


def test_undo_and_a_request_of_no_sense_come_back_to_the_note(
    session: UatSession, cast: Cast, browser_of: BrowserOf
) -> None:
    browser, url = browser_of(cast.annotator), f"/tests/{session.pk}/rate/"
    for data in ({}, {"item": "9" * 30}, {"item": "x", "verdict": "both"}, {"item": "²", "verdict": "both"}):
        assert "names no note" in browser.post(f"{url}note/", data, follow=True).content.decode()
    item = turn_of(session, cast.annotator).item
    assert isinstance(item, UatItem)
    browser.post(f"{url}note/", {"item": item.pk, "verdict": "neither", "seconds": "a"})
    assert UatRating.objects.count() == 1
    assert "1 of 3" in browser.post(f"{url}undo/", follow=True).content.decode()
    assert not UatRating.objects.exists()


def test_who_is_no_rater_is_not_shown_the_notes_and_may_watch(
    session: UatSession, cast: Cast, browser_of: BrowserOf
) -> None:
    reviewer = browser_of(cast.reviewer)
    assert reviewer.get(f"/tests/{session.pk}/rate/").status_code == 403
    assert "0 of 3" in words(reviewer, f"/tests/{session.pk}/")
    assert "Rate: 0 of 3 done" in words(browser_of(cast.annotator), "/p/clinic/tests/")
    assert "Rate: 0" not in words(reviewer, "/p/clinic/tests/")
    assert turns_of(cast.annotator, session.model.project) == [(session, 0, 3)]
    assert turns_of(cast.reviewer, session.model.project) == []


def test_test_is_cancelled_with_a_reason_by_who_may_ask(session: UatSession, cast: Cast, browser_of: BrowserOf) -> None:
    browser, url = browser_of(cast.approver), f"/tests/{session.pk}/"
    assert "needs a reason" in browser.post(f"{url}cancel/", follow=True).content.decode()
    assert "is cancelled" in browser.post(f"{url}cancel/", {"reason": "Wrong notes."}, follow=True).content.decode()
    assert "Wrong notes." in words(browser, url)
    assert browser_of(cast.annotator).get(f"{url}rate/").headers["Location"] == url
