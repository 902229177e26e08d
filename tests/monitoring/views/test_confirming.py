"""A decision asks again who the person is: the password, or the version of who has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.models import User
from monitoring.models import Decision
from tests.conftest import Cast
from training.actions import rules
from training.models import ModelVersion

SignIn = Callable[[User], Browser]
PASSWORD = "correct horse battery"


@pytest.fixture
def asking(candidate: ModelVersion) -> ModelVersion:
    """A version of a project whose rules ask for confirmation."""
    rules.change(project=candidate.project, values={"reauthenticate": True}, by=None)
    return candidate


@pytest.fixture
def decide(asking: ModelVersion, cast: Cast, browser_of: SignIn) -> Callable[[str], Any]:
    browser = browser_of(cast.approver)
    address = reverse("model_approve", args=[asking.pk])
    return lambda confirm: browser.post(address, {"reason": "Good.", "confirm": confirm}, follow=True)


def test_decision_without_password_asks_for_the_version(
    asking: ModelVersion, cast: Cast, browser_of: SignIn, decide: Callable[[str], Any]
) -> None:
    page = browser_of(cast.approver).get(reverse("model", args=[asking.pk])).content.decode()
    assert "Type v1 to confirm" in page
    for typed in ("", "v2", "1"):
        assert "Nothing was decided: type v1" in decide(typed).content.decode()
    assert not Decision.objects.exists()
    assert "is approved and in service" in decide(" V1 ").content.decode()
    assert Decision.objects.get().evidence["confirmed"] == "version"


def test_decision_of_somebody_with_a_password_asks_for_it(asking: ModelVersion, cast: Cast, browser_of: SignIn) -> None:
    cast.approver.set_password(PASSWORD)
    cast.approver.save()
    browser, address = browser_of(cast.approver), reverse("model_approve", args=[asking.pk])
    page = browser.get(reverse("model", args=[asking.pk])).content.decode()
    assert 'type="password"' in page
    wrong = browser.post(address, {"reason": "Good.", "confirm": "v1"}, follow=True).content.decode()
    assert "that is not your password" in wrong
    assert not Decision.objects.exists()
    right = browser.post(address, {"reason": "Good.", "confirm": PASSWORD}, follow=True).content.decode()
    assert "is approved and in service" in right
    assert Decision.objects.get().evidence["confirmed"] == "password"


def test_wrong_passwords_lock_as_at_the_sign_in(
    asking: ModelVersion, cast: Cast, browser_of: SignIn, settings: Any
) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    cast.approver.set_password(PASSWORD)
    cast.approver.save()
    browser, address = browser_of(cast.approver), reverse("model_approve", args=[asking.pk])
    codes = [browser.post(address, {"reason": "Good.", "confirm": "wrong"}).status_code for _ in range(3)]
    assert codes == [302, 302, 429]
    assert browser.post(address, {"reason": "Good.", "confirm": PASSWORD}).status_code == 429
    assert not Decision.objects.exists()
