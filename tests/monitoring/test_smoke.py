"""Smoke tests of a version in development: at its own address, with a key that ends with them, on record."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.errors import ActionError, TooLate
from annotation.models import Client, Note
from monitoring.actions import smoke
from monitoring.models import Decision
from tests.conftest import Cast
from tests.monitoring.views.test_deployments import SignIn
from tests.webapp.api.conftest import engine  # noqa: F401 - a fixture
from training.actions import development
from training.gate_results import Check, GateResult
from training.models import Deployment, ModelVersion, Prediction
from training.serving import Engine

GOOD = GateResult("smoke", [Check("Answers", True, "It does.")])


@pytest.fixture
def trial(candidate: ModelVersion, cast: Cast) -> Deployment:
    return development.deploy_to_dev(model=candidate, by=cast.lead)


@pytest.fixture
def lead(cast: Cast, browser_of: SignIn) -> Browser:
    return browser_of(cast.lead)


def test_version_is_asked_at_its_own_address_and_the_result_is_shown(
    trial: Deployment,
    lead: Browser,
    engine: Engine,  # noqa: F811 - the fixture
) -> None:
    notes = Note.objects.count()
    page = lead.post(reverse("dev_test", args=[trial.pk]), follow=True)
    test = Decision.objects.get(evidence__has_key="smoke")
    told = test.evidence["smoke"]
    assert told["passed"], [check for check in told["checks"] if not check["passed"]]
    assert [check["name"] for check in told["checks"]][:2] == ["Answers at its address", "HTTP: a plain note"]
    assert (test.deployment, test.reason) == (trial, "8 of 8 smoke tests at its address hold.")
    assert page.content.decode().count("8 of 8 smoke tests at its address hold.") == 2  # the message, the card
    assert (Note.objects.count(), Prediction.objects.count()) == (notes, 0)
    key = Client.objects.get()
    assert key.name.startswith(f"Smoke test of deployment {trial.pk} ")
    assert key.revoked_at


def test_page_tests_a_version_that_nobody_tested_yet_by_itself(trial: Deployment, lead: Browser, cast: Cast) -> None:
    address = f'hx-post="{reverse("dev_test", args=[trial.pk])}"'
    assert address in lead.get("/p/clinic/deployments/").content.decode()
    smoke.try_out(deployment=trial, by=cast.lead, ask=lambda _: GOOD)
    text = lead.get("/p/clinic/deployments/").content.decode()
    assert address not in text
    assert "Test again" in text


def test_failed_smoke_test_is_named(trial: Deployment, cast: Cast) -> None:
    bad = GateResult("smoke", [*GOOD.checks, Check("HTTP: no JSON", False, "The answer was 500, not 400.")])
    test = smoke.try_out(deployment=trial, by=cast.lead, ask=lambda _: bad)
    assert test.reason == "1 of 2 smoke tests at its address hold; failed: HTTP: no JSON."
    assert not test.evidence["smoke"]["passed"]


def test_ended_or_production_deployment_is_not_tested(champion: Deployment, cast: Cast) -> None:
    with pytest.raises(ActionError, match="for a version in development"):
        smoke.try_out(deployment=champion, by=cast.lead, ask=lambda _: GOOD)
    trial = development.deploy_to_dev(model=champion.model, by=cast.lead)
    development.end_dev(deployment=trial, by=cast.lead)
    trial.refresh_from_db()
    with pytest.raises(TooLate, match="was ended"):
        smoke.try_out(deployment=trial, by=cast.lead, ask=lambda _: GOOD)
    assert not Client.objects.exists()


def test_changed_artefact_is_refused_with_the_reason_and_the_key_is_ended(
    trial: Deployment, candidate: ModelVersion, lead: Browser
) -> None:
    file = next(path for path in sorted(candidate.path.rglob("*")) if path.is_file())
    file.write_bytes(b"")
    address = reverse("dev_test", args=[trial.pk])
    assert "can&#x27;t be tested" in lead.post(address, follow=True).content.decode()
    answer = lead.post(address, headers={"HX-Request": "true"})
    assert "can&#x27;t be tested" in answer.content.decode()
    assert "HX-Refresh" not in answer.headers
    assert not Client.objects.filter(revoked_at=None).exists()
    assert not Decision.objects.filter(evidence__has_key="smoke").exists()
