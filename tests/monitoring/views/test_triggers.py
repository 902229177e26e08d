"""The page of what starts a training: how far it is to the next one, and every time it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser

from annotation.models import Note, Project, User
from tests.conftest import Cast
from training.actions import rules, triggers
from training.actions import runs as actions
from training.models import Run, TriggerRecord

SignIn = Callable[[User], Browser]


@pytest.fixture
def annotator(cast: Cast, browser_of: SignIn) -> Browser:
    return browser_of(cast.annotator)


def page_of(browser: Browser, **asked: str) -> str:
    response = browser.get("/p/clinic/triggers/", asked)
    assert response.status_code == 200
    return response.content.decode()


def test_page_before_anything_says_what_to_expect(annotator: Browser) -> None:
    page = page_of(annotator)
    assert "No training starts by itself before a person has started the first one." in page
    assert "Nobody and nothing has asked for a training yet." in page
    assert "there is no schedule" in page
    assert "Train a model" not in page  # an annotator can't


def test_page_shows_new_gold_against_what_is_needed_and_the_schedule(
    annotator: Browser, project: Project, cast: Cast, gold_notes: list[Note]
) -> None:
    run = actions.start_training(project=project, by=cast.lead)
    rules.change(project=project, values={"new_gold": 100, "every_days": 7}, by=cast.lead)
    page = page_of(annotator)
    new = len(gold_notes)
    assert f"{new} of 100 new gold notes are there; {100 - new} to go." in page
    assert (run.created_at + timedelta(days=7)).strftime("%-d %b %Y, %H:%M") in page
    assert annotator.get("/p/clinic/triggers/").context["outlook"].percent == new


def test_page_with_enough_gold_says_what_it_still_waits_for(
    annotator: Browser, project: Project, cast: Cast, gold_notes: list[Note]
) -> None:
    actions.start_training(project=project, by=cast.lead)
    rules.change(project=project, values={"new_gold": 5, "settle_minutes": 3}, by=cast.lead)
    assert "once none was added for 3 minutes" in page_of(annotator)
    rules.change(project=project, values={"automatic": False}, by=cast.lead)
    assert "No training starts by itself: the rules say so." in page_of(annotator)


def test_records_say_what_started_and_what_did_not_and_why(
    annotator: Browser, project: Project, cast: Cast, gold_notes: list[Note]
) -> None:
    run = actions.start_training(project=project, by=cast.lead)
    sentence = "Not started: 31 new gold notes, and 50 are needed."
    triggers.note(project=project, trigger=Run.Trigger.NEW_GOLD, sentence=sentence, counted=31, needed=50)
    page = page_of(annotator)
    assert sentence in page
    assert f"Asked for by {cast.lead}: run {run.pk}." in page
    assert f'href="/runs/{run.pk}/"' in page
    assert page_of(annotator, trigger="user").count("Not started") == 0
    assert sentence in page_of(annotator, trigger="new_gold")
    assert "No record fits" in page_of(annotator, trigger="api")
    assert sentence in page_of(annotator, trigger="\x00", page="x")  # what is no trigger narrows nothing


def test_records_of_another_project_are_not_shown(annotator: Browser, cast: Cast, project: Project) -> None:
    other = Project.objects.get(slug="elsewhere")
    triggers.note(project=other, trigger=Run.Trigger.NEW_GOLD, sentence="Not started: elsewhere.")
    assert TriggerRecord.objects.count() == 1
    assert "elsewhere" not in page_of(annotator)
