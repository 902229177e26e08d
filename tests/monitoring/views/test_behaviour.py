"""Behaviour cases in the browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from annotation.models import Project, User
from tests.conftest import Cast
from training.actions import behaviour as actions
from training.actions.behaviour import Wording, mark
from training.gates.phrases import Phrase
from training.models import BehaviourCase, ModelVersion

BrowserOf = Callable[[User], Browser]
FORM = {
    "category": "negation",
    "text": "No h/o dengue,\r\nno TB.",
    "repeat": "1",
    "expectation": "find",
    "words_0": "dengue",
    "label_0": "DISEASE",
    "words_3": "TB",
    "label_3": "DISEASE",
}


@pytest.fixture
def case(project: Project, cast: Cast) -> BehaviourCase:
    wording = Wording("basic", "find", "K/c/o <b>DM</b>.", [Phrase("DM", "DISEASE")])
    return actions.add(project=project, by=cast.reviewer, wording=wording)


def test_case_is_written_in_the_browser_with_phrases_where_they_stand(
    project: Project, cast: Cast, browser_of: BrowserOf
) -> None:
    response = browser_of(cast.reviewer).post("/p/clinic/behaviour/add/", FORM)
    assert response.headers["Location"] == "/p/clinic/behaviour/"
    case = BehaviourCase.objects.get(project=project)
    # The browser's two signs at a line's end are the one that was typed.
    assert case.text == "No h/o dengue,\nno TB."
    assert [case.text[span["start"] : span["end"]] for span in case.spans] == ["dengue", "TB"]


def test_phrase_that_is_not_in_the_text_comes_back_with_the_form(
    project: Project, cast: Cast, browser_of: BrowserOf
) -> None:
    page = browser_of(cast.reviewer).post("/p/clinic/behaviour/add/", {**FORM, "words_3": "typhoid"})
    assert "Phrase 2 does not stand in the text" in page.content.decode()
    assert "no TB." in page.content.decode()
    assert not BehaviourCase.objects.exists()


def test_case_opens_as_it_was_written_and_a_change_of_an_old_page_is_refused(
    case: BehaviourCase, cast: Cast, browser_of: BrowserOf
) -> None:
    browser, url = browser_of(cast.reviewer), f"/behaviour/{case.pk}/"
    page = browser.get(url).content.decode()
    assert 'value="DM"' in page
    changed = {**FORM, "seen": mark(case)}
    assert browser.post(url, changed).status_code == 302
    assert "Somebody changed this case" in browser.post(url, changed).content.decode()


def test_annotator_reads_a_case_escaped_and_has_no_form(case: BehaviourCase, cast: Cast, browser_of: BrowserOf) -> None:
    page = browser_of(cast.annotator).get(f"/behaviour/{case.pk}/").content.decode()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert 'name="words_0"' not in page


def test_switched_off_case_is_shown_so_and_comes_back(case: BehaviourCase, cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.reviewer)
    page = browser.post(f"/behaviour/{case.pk}/switch/", {"active": "off"}, follow=True).content.decode()
    assert "Switched off" in page
    browser.post(f"/behaviour/{case.pk}/switch/", {"active": "on"})
    case.refresh_from_db()
    assert case.active


def test_starter_cases_are_offered_once(project: Project, cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.reviewer)
    assert "Add the starter cases" in browser.get("/p/clinic/behaviour/").content.decode()
    page = browser.post("/p/clinic/behaviour/starter/", follow=True).content.decode()
    assert "Add the starter cases" not in page
    assert "Very long" in page


def test_cases_are_tried_on_a_version_and_its_answers_shown(
    candidate: ModelVersion, case: BehaviourCase, cast: Cast, browser_of: BrowserOf
) -> None:
    browser = browser_of(cast.lead)
    actions.add(project=case.project, by=cast.reviewer, wording=Wording("empty", "not_find", ""))
    page = browser.get(f"/p/clinic/behaviour/?model={candidate.pk}").content.decode()
    assert f"Version {candidate.number}:" in page
    assert "of 2 cases hold" in page
    assert "Holds" in page
    next(path for path in candidate.path.rglob("*") if path.is_file()).write_bytes(b"")
    page = browser.get(f"/p/clinic/behaviour/?model={candidate.pk}").content.decode()
    assert "be tried" in page


@pytest.mark.parametrize("model", ["999", "x", "9" * 30])
def test_version_that_is_not_there_is_tried_on_none(
    model: str, case: BehaviourCase, cast: Cast, browser_of: BrowserOf
) -> None:
    page = browser_of(cast.lead).get("/p/clinic/behaviour/", {"model": model})
    assert "cases hold" not in page.content.decode()
