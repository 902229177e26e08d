"""The pages of traffic: what they show, and what approvers do on them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from annotation.models import Project, User
from monitoring.actions import decisions, rollouts
from tests.conftest import Cast
from tests.training.traffic import answered, missed
from training.actions import models, rules
from training.models import Deployment, ModelVersion, Rollout

Sign = Callable[[User], Browser]


@pytest.fixture
def second(challenger: ModelVersion, cast: Cast) -> ModelVersion:
    models.approve(model=challenger, by=cast.approver, reason="Better.")
    return challenger


@pytest.fixture
def canary(challenger: ModelVersion, cast: Cast) -> Rollout:
    decisions.approve(model=challenger, by=cast.approver, reason="Better.", canary=True)
    return Rollout.objects.with_models().get()


def start(browser: Browser, kind: str, **fields: Any) -> Any:
    return browser.post(reverse(f"traffic_{kind}", args=["clinic"]), fields, follow=True)


def text(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_page_without_traffic_says_so(champion: Deployment, cast: Cast, browser_of: Sign) -> None:
    page = browser_of(cast.annotator).get(reverse("traffic", args=["clinic"]))
    assert "No request came in the last minute." in text(page)
    assert page.context["forms"] == []
    assert page.context["charts"] == []


def test_page_shows_each_version_with_its_share_and_figures(canary: Rollout, cast: Cast, browser_of: Sign) -> None:
    now = timezone.now()
    Deployment.objects.update(started_at=now - timedelta(hours=1))
    answered(canary.champion, now, 40, milliseconds=18)
    missed(canary.deployment, now, 2)
    answered(canary.champion, now - timedelta(minutes=2), 12)
    page = browser_of(cast.lead).get(reverse("traffic_live", args=["clinic"]))
    first, other = page.context["rows"]
    assert (first.deployment.role, first.share, first.missed, first.entities) == ("champion", 95, "0.0 %", "2.00")
    assert (other.deployment.role, other.share, other.missed, other.p95) == ("canary", 5, "100.0 %", "–")
    assert "the champion, version 1," in page.context["sentence"]
    requests, slow = page.context["charts"]
    assert requests.names == ["Champion, version 1", "Canary, version 2"]
    assert [values for _, values in requests.rows if values[0] == "12"]
    assert slow.title == "p95, milliseconds"


def test_approver_starts_a_canary_and_a_second_one_is_refused(
    second: ModelVersion, cast: Cast, browser_of: Sign
) -> None:
    browser = browser_of(cast.approver)
    page = start(browser, "canary", model=second.pk)
    assert page.redirect_chain[-1][0] == reverse("rollout", args=[Rollout.objects.get().pk])
    assert [stage.state for stage in page.context["stages"]] == ["running", "pending", "pending"]
    assert "runs already; end it first" in text(start(browser, "canary", model=second.pk))
    assert Rollout.objects.count() == 1


def test_start_asks_who_it_is_when_the_rules_do(
    second: ModelVersion, project: Project, cast: Cast, browser_of: Sign
) -> None:
    rules.change(project=project, values={"reauthenticate": True}, by=None)
    browser = browser_of(cast.approver)
    assert "Nothing was decided: type v2" in text(start(browser, "canary", model=second.pk, confirm="v1"))
    assert not Rollout.objects.exists()
    start(browser, "canary", model=second.pk, confirm="v2")
    assert Rollout.objects.exists()


def test_version_that_is_not_approved_is_offered_to_the_shadow_alone(
    challenger: ModelVersion, cast: Cast, browser_of: Sign
) -> None:
    browser = browser_of(cast.approver)
    assert start(browser, "canary", model=challenger.pk).context["forms"][0].errors
    start(browser, "shadow", model=challenger.pk, share=10)
    assert Rollout.objects.get().share == 10


def test_start_of_a_test_without_traffic_says_why_not(second: ModelVersion, cast: Cast, browser_of: Sign) -> None:
    page = start(browser_of(cast.approver), "test", model=second.pk, share=50, metric="unsure", difference=5)
    assert "too little to plan by" in text(page)


def test_approver_takes_a_canary_back_and_the_page_says_how_it_ended(
    canary: Rollout, cast: Cast, browser_of: Sign
) -> None:
    browser, address = browser_of(cast.approver), reverse("rollout_back", args=[canary.pk])
    assert "It needs a reason" in text(browser.post(address, {"reason": ""}, follow=True))
    page = browser.post(address, {"reason": "Ward 3 called."}, follow=True)
    assert page.context["now"] == "Rolled back: Ward 3 called."
    assert len(page.context["alarms"]) == 7
    assert "It was over already" in text(browser.post(address, {"reason": "Again."}, follow=True))


def test_approver_promotes_or_ends_a_canary(canary: Rollout, cast: Cast, browser_of: Sign) -> None:
    browser = browser_of(cast.approver)
    page = browser.post(reverse("rollout_promote", args=[canary.pk]), {"reason": "Urgent."}, follow=True)
    assert page.context["now"] == "Promoted: Urgent."
    assert Deployment.objects.champion_of(canary.project).model == canary.model  # type: ignore[union-attr]
    page = browser.post(reverse("rollout_end", args=[canary.pk]), {"reason": "Done."}, follow=True)
    assert "It was over already" in text(page)


def test_form_of_approval_proposes_the_way_of_the_rules(
    challenger: ModelVersion, project: Project, cast: Cast, browser_of: Sign
) -> None:
    browser, address = browser_of(cast.approver), reverse("model", args=[challenger.pk])
    approve = browser.get(address).context["acts"][0]
    assert [way for way, _ in approve.ways] == ["at_once", "canary"]
    rules.change(project=project, values={"deploy": "canary"}, by=None)
    approve = browser.get(address).context["acts"][0]
    assert approve.ways[0][1].startswith("By canary: 5 %, then 25 %, then 100 % of the callers")
    sent = {"reason": "Better.", "way": "canary"}
    page = browser.post(reverse("model_approve", args=[challenger.pk]), sent, follow=True)
    assert "is approved and answers 5 % of the callers first." in text(page)
    assert Rollout.objects.get().model == challenger


def test_page_of_a_test_shows_its_plan_and_then_its_result(
    second: ModelVersion, champion: Deployment, cast: Cast, browser_of: Sign
) -> None:
    browser = browser_of(cast.approver)
    start(browser, "canary", model=second.pk)
    plan = {"metric": "unsure", "difference": 0.05, "usual": 0.2, "design": 1.0, "needed": 100}
    Rollout.objects.update(kind="ab", stages=[50], plan=plan, minimum_requests=100)
    rollout = Rollout.objects.with_models().get()
    answered(rollout.deployment, timezone.now(), 40)
    page = browser.get(reverse("rollout_live", args=[rollout.pk]))
    assert page.context["test"].progress == "40 of 100 notes. Nobody looks at the difference before."
    assert "a difference of 5.0 points four times in five, from the champion's 20.0 %" in page.context["test"].plan
    side = {"value": 0.25, "n": 100, "callers": 30}
    found = {"value": 0.05, "low": -0.02, "high": 0.12, "verdict": "inconclusive"}
    Rollout.objects.update(result={"comparison": found, "variant": side, "champion": {**side, "value": 0.2}})
    page = browser.get(reverse("rollout_live", args=[rollout.pk]))
    assert page.context["test"].word == "can't tell"
    assert "(95 % interval −2.0 points to 12.0 points)" in text(page)
    assert rollouts.end(rollout=Rollout.objects.with_models().get(), by=cast.approver, reason="No difference.")
    assert Rollout.objects.get().status == Rollout.Status.INCONCLUSIVE
