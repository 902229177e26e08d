from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import clients
from annotation.actions.client_keys import authenticate
from annotation.actions.client_secrets import KeyRefused
from annotation.models import Client, Project, User
from tests.conftest import Cast

PAGE = "/p/clinic/clients/"
USUAL = {"rate_per_minute": "3000", "burst": "500"}


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[[User], Browser]) -> Browser:
    return browser_of(cast.admin)


def test_new_key_is_shown_once_and_works(browser: Browser, project: Project, cast: Cast) -> None:
    response = browser.post(PAGE, {"name": "EMR", "scopes": ["extract"], **USUAL})
    key = response.context["new_key"]
    client = authenticate(key)
    assert client is not None
    assert (client.name, client.project, client.created_by) == ("EMR", project, cast.admin)
    assert response.content.decode().count(key) == 1
    assert response.headers["Cache-Control"] == "no-store"
    again = browser.get(PAGE)
    assert key.removeprefix(client.prefix) not in again.content.decode()
    assert client.prefix in again.content.decode()


def test_new_key_second_time_with_the_name_is_refused_and_says_why(browser: Browser) -> None:
    browser.post(PAGE, {"name": "EMR", "scopes": ["extract"], **USUAL})
    response = browser.post(PAGE, {"name": "EMR", "scopes": ["extract"], **USUAL})
    assert response.context["new_key"] is None
    assert "has a valid key already" in response.content.decode()
    assert Client.objects.count() == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
def test_new_key_without_a_usable_name_is_refused(browser: Browser, name: str) -> None:
    response = browser.post(PAGE, {"name": name, "scopes": ["extract"], **USUAL})
    assert response.status_code == 200
    assert response.context["new_key"] is None
    assert not Client.objects.exists()


def test_new_key_may_do_what_was_ticked_and_the_list_says_so(browser: Browser) -> None:
    response = browser.post(PAGE, {"name": "notebooks", "scopes": ["train", "read"], **USUAL})
    assert Client.objects.get().scopes == ["read", "train"]
    assert "read, train" in response.content.decode()


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_new_key_with_no_or_unknown_scope_is_refused(browser: Browser, scopes: list[str]) -> None:
    response = browser.post(PAGE, {"name": "EMR", "scopes": scopes, **USUAL})
    assert response.context["form"].errors["scopes"]
    assert not Client.objects.exists()


def test_revoke_ends_the_key_and_the_second_time_says_so(browser: Browser, api_key: tuple[Client, str]) -> None:
    client, key = api_key
    first, second = (browser.post(reverse("client_revoke", args=[client.pk]), follow=True) for _ in range(2))
    with pytest.raises(KeyRefused):
        authenticate(key)
    assert "calls with it are refused" in first.content.decode()
    assert "was revoked already" in second.content.decode()


def test_keys_of_another_project_are_not_listed(browser: Browser, api_key: tuple[Client, str], cast: Cast) -> None:
    other = Project.objects.get(slug="elsewhere")
    clients.create(project=other, name="their system", by=None)
    page = browser.get(PAGE).content.decode()
    assert "platform" in page
    assert "their system" not in page
