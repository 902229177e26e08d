"""The page of one key: what it may do, a new key in its place, its state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from annotation.actions import clients
from annotation.actions.client_keys import authenticate
from annotation.actions.client_secrets import KeyRefused
from annotation.models import Client, Project, User
from annotation.views.client_state import shown
from tests.conftest import Cast

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TERMS = {"scopes": ["extract"], "rate_per_minute": "60", "burst": "5"}


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[[User], Browser]) -> Browser:
    return browser_of(cast.admin)


@pytest.fixture
def platform(api_key: tuple[Client, str]) -> Client:
    return api_key[0]


def edit(browser: Browser, client: Client, **fields: Any) -> HttpResponse:
    return browser.post(reverse("client", args=[client.pk]), TERMS | fields)


def rotate(browser: Browser, client: Client, prefix: str, overlap: str = "24") -> HttpResponse:
    return browser.post(reverse("client_rotate", args=[client.pk]), {"replaces": prefix, "overlap": overlap})


def test_edit_saves_what_the_form_says(browser: Browser, platform: Client) -> None:
    fields = {"expires_on": "2030-12-31", "allowed_ips": "192.0.2.0/24,\r\n 2001:0db8::1\n", "scopes": ["jobs", "read"]}
    assert edit(browser, platform, **fields).status_code == 302
    platform.refresh_from_db()
    assert platform.scopes == ["jobs", "read"]
    assert platform.allowed_ips == ["192.0.2.0/24", "2001:db8::1"]
    # The last day is still good.
    assert platform.expires_at == datetime(2031, 1, 1, tzinfo=UTC)
    assert (platform.rate_per_minute, platform.burst) == (60, 5)
    page = browser.get(reverse("client", args=[platform.pk])).content.decode()
    assert 'value="2030-12-31"' in page
    assert "192.0.2.0/24\n2001:db8::1" in page


def test_edit_that_leaves_the_day_leaves_the_second(browser: Browser, platform: Client) -> None:
    ends = datetime(2030, 5, 4, 9, 30, 12, tzinfo=UTC)
    Client.objects.filter(pk=platform.pk).update(expires_at=ends)
    assert edit(browser, platform, expires_on="2030-05-04").status_code == 302
    platform.refresh_from_db()
    assert (platform.expires_at, platform.burst) == (ends, 5)
    edit(browser, platform, expires_on="")
    platform.refresh_from_db()
    assert platform.expires_at is None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"allowed_ips": "192.0.2.7/24"}, "is no address and no network"),
        ({"expires_on": "2020-01-01"}, "choose a later day"),
        ({"expires_on": "soon"}, "Enter a valid date"),
        ({"rate_per_minute": "0"}, "greater than or equal to 1"),
        ({"burst": "100001"}, "less than or equal to 100000"),
        ({"scopes": []}, "tick at least one"),
    ],
)
def test_edit_that_can_not_be_says_why_and_changes_nothing(
    browser: Browser, platform: Client, fields: dict[str, Any], says: str
) -> None:
    response = edit(browser, platform, **fields)
    assert response.status_code == 200
    assert says in response.content.decode()
    platform.refresh_from_db()
    assert platform.burst == 500


def test_edit_of_a_revoked_key_is_refused(browser: Browser, platform: Client, cast: Cast) -> None:
    clients.revoke(client=platform, by=cast.admin)
    assert "was revoked already" in edit(browser, platform).context["form"].non_field_errors()[0]
    page = browser.get(reverse("client", args=[platform.pk])).content.decode()
    assert "Make a new key" not in page
    assert f"by {cast.admin}" in page


def test_rotate_shows_the_new_key_once_and_the_old_one_goes_on(
    browser: Browser, platform: Client, api_key: tuple[Client, str]
) -> None:
    response = rotate(browser, platform, platform.prefix)
    new = response.context["new_key"]
    assert response.content.decode().count(new) == 1
    assert response.headers["Cache-Control"] == "no-store"
    assert authenticate(new) == authenticate(api_key[1]) == platform
    page = browser.get(reverse("client", args=[platform.pk])).content.decode()
    assert new.rpartition("_")[2] not in page
    assert f"{platform.prefix}…</code> is answered until" in page


def test_rotate_sent_twice_makes_one_key(browser: Browser, platform: Client) -> None:
    first = rotate(browser, platform, platform.prefix).context["new_key"]
    again = rotate(browser, platform, platform.prefix)
    assert again.status_code == 302
    assert "was rotated since this page was opened" in browser.get(again.headers["Location"]).content.decode()
    assert authenticate(first) == platform


def test_rotate_without_overlap_ends_the_old_key(
    browser: Browser, platform: Client, api_key: tuple[Client, str]
) -> None:
    assert rotate(browser, platform, platform.prefix, "0").context["new_key"]
    with pytest.raises(KeyRefused):
        authenticate(api_key[1])


@pytest.mark.parametrize("overlap", ["", "soon", "100000"])
def test_rotate_for_a_time_that_is_not_offered_does_nothing(browser: Browser, platform: Client, overlap: str) -> None:
    assert rotate(browser, platform, platform.prefix, overlap).status_code == 302
    assert Client.objects.get().prefix == platform.prefix


@pytest.mark.parametrize(
    ("left", "state", "says"),
    [
        (None, "valid", "Valid"),
        (timedelta(days=15), "valid", "Valid"),
        (timedelta(days=3, hours=5), "expiring", "Expires in 3 days"),
        (timedelta(days=1), "expiring", "Expires in 1 day"),
        (timedelta(hours=23), "expiring", "Expires in 23 hours"),
        (timedelta(minutes=1), "expiring", "Expires in less than an hour"),
        (timedelta(0), "expired", "Expired"),
    ],
)
def test_state_of_a_key_warns_before_it_expires(left: timedelta | None, state: str, says: str) -> None:
    found = shown(Client(expires_at=None if left is None else NOW + left), NOW)
    assert (found.state, found.says, found.is_over) == (state, says, False)


def test_list_says_state_rate_and_last_use(browser: Browser, project: Project) -> None:
    soon = timezone.now() + timedelta(days=3, minutes=1)
    client, _ = clients.create(project=project, name="EMR", by=None, expires_at=soon, allowed_ips=["192.0.2.7"])
    Client.objects.filter(pk=client.pk).update(last_used_at=NOW)
    page = " ".join(browser.get("/p/clinic/clients/").content.decode().split())
    for words in (
        "Expires in 3 days",
        ">3,000</span> a minute",
        ">500</span> at once",
        "4 May 2026, 12:00",
        "1 address<",
    ):
        assert words in page
