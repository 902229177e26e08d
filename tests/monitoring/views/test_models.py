"""The page of a version: its figures, what each person can decide there, and each decision once."""

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
Status = ModelVersion.Status


def acts(browser: Browser, model: ModelVersion) -> dict[str, str]:
    """The decisions that the page offers, each with why this person can't take it."""
    return {act.name: act.why_not for act in browser.get(reverse("model", args=[model.pk])).context["acts"]}


def test_review_shows_the_scores_and_lets_an_approver_decide(
    candidate: ModelVersion, cast: Cast, browser_of: SignIn
) -> None:
    response = browser_of(cast.approver).get(reverse("model", args=[candidate.pk]))
    figures, page = response.context["figures"], response.content.decode()
    assert [row.name for row in figures.labels] == ["DISEASE", "TREATMENT"]
    assert f"{figures.candidate.scores['f1'] * 100:.1f}" in page
    assert f"{figures.baseline.scores['f1'] * 100:.1f}" in page
    assert "against the dictionary baseline" in page
    assert response.context["chart"].says in page
    assert response.context["facts"]["compared"] == 1
    assert candidate.sha256 in page
    assert "signed by this installation" in page
    assert acts(browser_of(cast.approver), candidate) == {"model_approve": "", "model_reject": ""}


def test_review_tells_a_lead_why_not(candidate: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    assert set(acts(browser_of(cast.lead), candidate).values()) == {"Only an approver of this project can decide."}


def test_review_beside_a_champion_compares_both(
    champion: Deployment, challenger: ModelVersion, cast: Cast, browser_of: SignIn
) -> None:
    response = browser_of(cast.approver).get(reverse("model", args=[challenger.pk]))
    figures = response.context["figures"]
    assert figures.champion.model == champion.model
    # The same model twice.
    assert (figures.difference["verdict"], figures.difference["value"]) == ("not worse", 0)
    assert "the two never differ" in figures.difference["power"]
    assert all(row.champion == row.candidate for row in figures.labels)
    assert response.context["facts"]["compared"] == 2


def test_review_of_a_tampered_artefact_says_so(champion: Deployment, cast: Cast, browser_of: SignIn) -> None:
    file = next(path for path in sorted(champion.model.path.rglob("*")) if path.is_file())
    file.write_bytes(file.read_bytes() + b" ")
    page = browser_of(cast.lead).get(reverse("model", args=[champion.model_id])).content.decode()
    assert "was changed after packaging; restore or retrain it" in page
    assert "Processes that loaded it before go on with it" in page


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
    assert candidate.status == Status.PENDING_APPROVAL


def test_approve_button_by_others_is_refused(candidate: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    address = reverse("model_approve", args=[candidate.pk])
    for person, status in ((cast.lead, 403), (cast.annotator, 403), (cast.admin, 403), (cast.outsider, 404)):
        assert browser_of(person).post(address, {"reason": "Mine."}).status_code == status
    assert not Deployment.objects.exists()


def test_override_buttons_are_for_an_admin_and_then_an_approver(
    candidate: ModelVersion, cast: Cast, browser_of: SignIn
) -> None:
    ModelVersion.objects.filter(pk=candidate.pk).update(status=Status.GATES_FAILED)
    admin, approver = browser_of(cast.admin), browser_of(cast.approver)
    assert acts(admin, candidate)["model_override"] == ""
    assert acts(approver, candidate)["model_override"] == "Only an admin of this project can decide."
    admin.post(reverse("model_override", args=[candidate.pk]), {"reason": "Rare label."})
    assert acts(approver, candidate)["model_second"] == ""
    page = approver.post(reverse("model_second", args=[candidate.pk]), {"reason": "Agreed."}, follow=True)
    assert "waits for approval now" in page.content.decode()
    assert "A failed gate was overridden" in page.content.decode()
    assert "A failed gate was overridden" in approver.get("/p/clinic/models/").content.decode()


def test_roll_back_button_brings_the_earlier_version_back(
    champion: Deployment, challenger: ModelVersion, cast: Cast, browser_of: SignIn
) -> None:
    approver = browser_of(cast.approver)
    approver.post(reverse("model_approve", args=[challenger.pk]), {"reason": "Better."})
    assert acts(approver, champion.model) == {"model_rollback": "", "model_archive": ""}
    address = reverse("model_rollback", args=[champion.model_id])
    assert "clinic v1 is back in service" in approver.post(address, {"reason": "Worse."}, follow=True).content.decode()
    assert "in service already" in approver.post(address, {"reason": "Worse."}, follow=True).content.decode()
    serving = [row.serving for row in approver.get("/p/clinic/models/").context["models"]]
    assert serving == [False, True]
    assert acts(approver, challenger) == {"model_promote": "", "model_archive": ""}
    page = approver.get("/p/clinic/deployments/")
    assert [row.status for row in page.context["deployments"]] == ["active", "rolled_back", "retired"]
    assert "approver" in page.context["deployments"][0].approval


def test_reject_of_the_champion_says_before_what_serves_after(
    champion: Deployment, cast: Cast, browser_of: SignIn, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    approver, page = browser_of(cast.approver), reverse("model", args=[champion.model_id])
    assert "until another version is approved" in approver.get(page).content.decode()
    second = make_candidate(champion.project, cast, trained, monkeypatch)
    approver.post(reverse("model_approve", args=[second.pk]), {"reason": "Better."})
    assert "Version 1, the last champion before it, serves again within 10 seconds" in (
        approver.get(reverse("model", args=[second.pk])).content.decode()
    )
    answer = approver.post(reverse("model_withdraw", args=[second.pk]), {"reason": "Misses insulin."}, follow=True)
    assert "clinic v2 is rejected. clinic v1 serves again." in answer.content.decode()
    assert acts(approver, second)["model_reopen"].startswith("It was not evaluated since")
