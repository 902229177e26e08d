"""A version is evaluated again from its page, and a rejected one opened again with what that shows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from annotation.models import User
from tests.conftest import Cast
from tests.pipelines import without_fresh_process
from training import gates, runs
from training.actions import models
from training.gate_results import Check, GateResult
from training.models import ModelVersion, Run

BrowserOf = Callable[[User], Browser]


@pytest.fixture(autouse=True)
def quick_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    without_fresh_process(monkeypatch)


def words(browser: Browser, url: str) -> str:
    return re.sub(r"\s+", " ", browser.get(url, follow=True).content.decode())


def evaluate(browser: Browser, model: ModelVersion) -> Run:
    """As the button does, and the worker after it."""
    answer = browser.post(f"/models/{model.pk}/evaluate/")
    run = Run.objects.get(kind=Run.Kind.EVALUATE, status=Run.Status.QUEUED)
    assert answer.headers["Location"] == f"/runs/{run.pk}/"
    assert f"Run {run.pk} evaluates it now" in words(browser, f"/models/{model.pk}/")
    runs.execute(run.pk)
    run.refresh_from_db()
    return run


def test_rejected_version_is_evaluated_and_opened_again_in_the_browser(
    candidate: ModelVersion, cast: Cast, browser_of: BrowserOf
) -> None:
    approver, url = browser_of(cast.approver), f"/models/{candidate.pk}/"
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    assert "It was not evaluated since it was rejected" in words(approver, url)
    run = evaluate(approver, candidate)
    page = words(approver, url)
    assert "It was not evaluated since" not in page
    assert page.index(f"#{run.pk}</a>") < page.index(f"#{candidate.run_id}</a>"), "the newest first"
    assert "See the version" in words(approver, f"/runs/{run.pk}/?step=record")
    assert f"#{run.pk}" in words(approver, "/p/clinic/runs/")
    answer = approver.post(f"{url}reopen/", {"reason": "New notes."}, follow=True)
    assert "clinic v1 waits for approval again" in answer.content.decode()
    card = approver.get(f"{url}card.json").json()
    assert card["metrics"]["evaluated_on"] == "clinic test set v1"


def test_version_that_fails_its_new_gates_is_not_opened_again(
    candidate: ModelVersion, cast: Cast, browser_of: BrowserOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = GateResult("integration", [Check("Within its time", False, "Too slow.")])
    monkeypatch.setattr(gates, "integration", lambda _: failed)
    models.reject(model=candidate, by=cast.approver, reason="Bad.")
    approver, url = browser_of(cast.approver), f"/models/{candidate.pk}/"
    run = evaluate(approver, candidate)
    said = f"It failed a gate when it was evaluated again in run {run.pk}: integration. It stays rejected."
    assert said in words(approver, url)
    assert "Too slow." in words(approver, url)
    assert said in approver.post(f"{url}reopen/", {"reason": "Please."}, follow=True).content.decode()


def test_failed_evaluation_says_why_and_can_be_asked_for_again(
    candidate: ModelVersion, cast: Cast, browser_of: BrowserOf
) -> None:
    lead, url = browser_of(cast.lead), f"/models/{candidate.pk}/"
    away = candidate.path.rename(candidate.path.with_name("away"))
    run = evaluate(lead, candidate)
    assert run.status == Run.Status.FAILED
    assert "It failed in this step: Check the version&#x27;s artefact." in words(lead, f"/runs/{run.pk}/")
    page = words(lead, url)
    assert "is missing below the models folder" in page
    assert "Evaluate again</button>" in page
    away.rename(candidate.path)
    assert evaluate(lead, candidate).status == Run.Status.SUCCEEDED
    assert "</a> failed:" not in words(lead, url)


def test_version_that_cannot_be_evaluated_says_why_instead_of_a_button(
    candidate: ModelVersion, cast: Cast, browser_of: BrowserOf
) -> None:
    candidate.project.labels.create(name="DEVICE", colour=3)
    lead, url = browser_of(cast.lead), f"/models/{candidate.pk}/"
    assert "can't be evaluated again now: clinic v1 marks" in words(lead, url)
    assert "Evaluate again</button>" not in words(lead, url)
    assert "train a new version" in lead.post(f"{url}evaluate/", follow=True).content.decode()
    assert "Evaluate again" not in words(browser_of(cast.annotator), url)
    assert not Run.objects.filter(kind=Run.Kind.EVALUATE).exists()
