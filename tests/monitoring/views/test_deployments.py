"""Who was champion when, and trying a version out by one click."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from annotation.models import User
from tests.conftest import Cast
from training.models import Deployment, ModelVersion

SignIn = Callable[[User], Browser]


def test_question_about_a_moment_is_answered_in_a_sentence(
    champion: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    Deployment.objects.filter(pk=champion.pk).update(started_at=timezone.now() - timedelta(days=2))
    browser = browser_of(cast.annotator)

    def answer(at: str) -> str:
        return str(browser.get("/p/clinic/deployments/", {"at": at}).context["answer"])

    yesterday, week = (f"{timezone.now() - timedelta(days=days):%Y-%m-%dT%H:%M}" for days in (1, 7))
    assert "version 1 was the champion: put in service by approver" in answer(yesterday)
    assert "and still is" in answer(yesterday)
    assert answer(week).startswith("No model was in service on ")
    assert "has not come yet" in answer("2999-01-01")
    assert answer("yesterday") == ""
    assert browser.get("/p/clinic/deployments/").context["answer"] == ""


def test_deployments_page_says_who_approved_and_the_lead_time(
    champion: Deployment, cast: Cast, browser_of: SignIn
) -> None:
    response = browser_of(cast.annotator).get("/p/clinic/deployments/")
    (row,) = response.context["deployments"]
    assert row.approval.endswith(": Good enough for the tests.")
    assert response.context["lead_time"].endswith(" min")
    assert row.lead_time == response.context["lead_time"]


def test_lead_time_is_shown_by_version(
    champion: Deployment, challenger: ModelVersion, cast: Cast, browser_of: SignIn
) -> None:
    reader = browser_of(cast.annotator)
    newest, oldest = reader.get("/p/clinic/models/").context["models"]
    assert (newest.lead_time, oldest.lead_time[-4:]) == ("", " min")  # a candidate is no champion
    assert reader.get(reverse("model", args=[oldest.pk])).context["facts"]["lead_time"] == oldest.lead_time


def test_trial_begins_and_ends_by_one_click(candidate: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    lead = browser_of(cast.lead)
    page = lead.post(reverse("model_dev", args=[candidate.pk]), follow=True)
    (trial,) = page.context["trials"]
    assert trial["url"] == f"http://testserver/api/v1/dev/{trial['row'].pk}/extract"
    assert f"curl -s {trial['url']}" in page.content.decode()
    assert "clinic v1 is in development" in page.content.decode()
    again = lead.post(reverse("model_dev", args=[candidate.pk]), follow=True)
    assert "is in development already" in again.content.decode()
    assert lead.get(reverse("model", args=[candidate.pk])).context["trial"] == trial["row"]
    end = reverse("dev_end", args=[trial["row"].pk])
    assert "is ended" in lead.post(end, follow=True).content.decode()
    assert "was ended already" in lead.post(end, follow=True).content.decode()
    assert not Deployment.objects.active().exists()


def test_end_button_of_production_is_refused(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    page = browser_of(cast.lead).post(reverse("dev_end", args=[champion.pk]), follow=True)
    assert "Production is ended by" in page.content.decode()
    assert Deployment.objects.champion_of(champion.project) == champion
