"""The review of a model: the figures, who may decide, and each decision once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.models import User
from tests.conftest import Cast, make_candidate
from training import ner
from training.models import Deployment, ModelVersion

SignIn = Callable[[User], Browser]


def test_review_shows_the_scores_and_lets_an_approver_decide(
    candidate: ModelVersion, cast: Cast, browser_of: SignIn
) -> None:
    response = browser_of(cast.approver).get(reverse("model", args=[candidate.pk]))
    assert response.context["may_decide"]
    scores = candidate.evaluations.get().scores
    assert response.context["evaluation"] == scores
    assert f"{scores['f1'] * 100:.1f}" in response.content.decode()
    assert [row["label"] for row in response.context["per_label"]] == ["DISEASE", "TREATMENT"]


def test_review_tells_a_lead_why_not(candidate: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    response = browser_of(cast.lead).get(reverse("model", args=[candidate.pk]))
    assert not response.context["may_decide"]
    assert "Only an approver of this project can decide." in response.content.decode()


def test_review_beside_a_champion_compares_both(
    champion: Deployment, cast: Cast, browser_of: SignIn, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = make_candidate(champion.project, cast, trained, monkeypatch)
    response = browser_of(cast.approver).get(reverse("model", args=[second.pk]))
    assert response.context["champion_evaluation"]["model"] == champion.model
    assert response.context["difference"]["verdict"] == "can't tell"


def test_approve_button_puts_in_service_once(candidate: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    approver, address = browser_of(cast.approver), reverse("model_approve", args=[candidate.pk])
    page = approver.post(address, {"reason": "Good."}, follow=True).content.decode()
    assert "clinic v1 is approved and in service" in page
    page = approver.post(address, {"reason": "Good."}, follow=True).content.decode()
    assert "is approved already, by approver" in page
    assert Deployment.objects.count() == 1
    reject = approver.post(reverse("model_reject", args=[candidate.pk]), {"reason": "No."}, follow=True)
    assert "is approved already" in reject.content.decode()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001])
def test_approve_button_without_a_fitting_reason_decides_nothing(
    candidate: ModelVersion, cast: Cast, browser_of: SignIn, reason: str
) -> None:
    address = reverse("model_approve", args=[candidate.pk])
    page = browser_of(cast.approver).post(address, {"reason": reason}, follow=True).content.decode()
    assert "needs a reason" in page
    candidate.refresh_from_db()
    assert candidate.status == ModelVersion.Status.PENDING_APPROVAL


def test_approve_button_by_others_is_refused(candidate: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    address = reverse("model_approve", args=[candidate.pk])
    for person, status in ((cast.lead, 403), (cast.annotator, 403), (cast.admin, 403), (cast.outsider, 404)):
        assert browser_of(person).post(address, {"reason": "Mine."}).status_code == status
    assert not Deployment.objects.exists()


def test_roll_back_button_brings_the_earlier_version_back(
    champion: Deployment, cast: Cast, browser_of: SignIn, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    approver = browser_of(cast.approver)
    second = make_candidate(champion.project, cast, trained, monkeypatch)
    approver.post(reverse("model_approve", args=[second.pk]), {"reason": "Better."})
    assert approver.get(reverse("model", args=[champion.model_id])).context["can_roll_back"]
    address = reverse("model_rollback", args=[champion.model_id])
    assert "clinic v1 is back in service" in approver.post(address, {"reason": "Worse."}, follow=True).content.decode()
    assert "in service already" in approver.post(address, {"reason": "Worse."}, follow=True).content.decode()
    serving = [row.serving for row in approver.get("/p/clinic/models/").context["models"]]
    assert serving == [False, True]
    page = approver.get("/p/clinic/deployments/")
    assert [row.status for row in page.context["deployments"]] == ["active", "rolled_back", "retired"]
