"""Whose key it is, and when it is answered: times are given, so nothing waits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotation.actions import client_keys, client_secrets, clients
from annotation.actions.client_keys import authenticate
from annotation.actions.client_secrets import AddressRefused, KeyRefused
from annotation.models import Client, Project
from tests.conftest import Cast

DAY = timedelta(days=1)
TERMS: dict[str, Any] = {"scopes": ["extract"], "expires_at": None, "rate_per_minute": 60, "burst": 5}


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    client_keys._recent.clear()
    yield
    client_keys._recent.clear()


def refusal(key: str, **how: Any) -> str:
    with pytest.raises(KeyRefused) as refused:
        authenticate(key, **how)
    return str(refused.value)


def test_key_is_answered_until_its_last_moment_and_not_in_it(project: Project) -> None:
    ends = timezone.now() + DAY
    client, key = clients.create(project=project, name="EMR", by=None, expires_at=ends)
    last = ends.timestamp()
    assert authenticate(key, now=last - 0.001) == client
    # Still within the second that it is remembered for.
    says = refusal(key, now=last)
    assert f"expired on {ends:%-d %b %Y, %H:%M} UTC" in says
    assert client.prefix in says


def test_old_key_goes_on_for_its_overlap_beside_the_new_one(api_key: tuple[Client, str], cast: Cast) -> None:
    client, old = api_key
    new = clients.rotate(client=client, by=cast.admin, overlap=DAY)
    client.refresh_from_db()
    assert client.old_until is not None
    ends = client.old_until.timestamp()
    assert authenticate(old, now=ends - 1.5) == authenticate(new, now=ends - 1.5) == client
    assert authenticate(old, now=ends - 0.001) == client
    assert "was replaced and ended" in refusal(old, now=ends)
    assert authenticate(new, now=ends + 1e6) == client


def test_old_key_ends_with_the_client_when_that_is_sooner(project: Project, cast: Cast) -> None:
    ends = timezone.now() + DAY
    client, old = clients.create(project=project, name="EMR", by=None, expires_at=ends)
    clients.rotate(client=client, by=cast.admin, overlap=7 * DAY)
    assert "expired on" in refusal(old, now=ends.timestamp() + 1)


def test_old_key_without_overlap_ends_at_once(api_key: tuple[Client, str], cast: Cast) -> None:
    client, old = api_key
    assert authenticate(old) == client
    new = clients.rotate(client=client, by=cast.admin, overlap=timedelta())
    assert "is unknown" in refusal(old)
    assert authenticate(new) == client


def test_key_revoked_by_another_process_is_refused_a_second_later(api_key: tuple[Client, str], cast: Cast) -> None:
    client, key = api_key
    now = time.time()
    authenticate(key, now=now)
    Client.objects.filter(pk=client.pk).update(revoked_at=timezone.now(), revoked_by=cast.admin)
    assert authenticate(key, now=now + 0.99) == client
    assert "was revoked" in refusal(key, now=now + 1)
    # A clock that was set back makes nothing good again.
    assert "was revoked" in refusal(key, now=now - 3600)


def test_key_that_is_asked_often_costs_one_query_a_second(api_key: tuple[Client, str]) -> None:
    now = time.time()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for moment in range(300):
            authenticate(api_key[1], now=now + moment / 100)
    assert len(queries) == 3


def test_why_a_key_is_refused_is_told_only_to_who_has_its_secret(api_key: tuple[Client, str], cast: Cast) -> None:
    client, key = api_key
    clients.revoke(client=client, by=cast.admin)
    guessed = f"{client.prefix}_{'x' * 43}"
    assert "was revoked" in refusal(key)
    assert refusal(guessed) == refusal("mk_00000000_wrong") == refusal("") == refusal("mk_\x00")
    assert "is unknown" in refusal(guessed)


@pytest.mark.parametrize("address", ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::5"])
def test_key_with_addresses_is_answered_from_them(api_key: tuple[Client, str], cast: Cast, address: str) -> None:
    client, key = api_key
    clients.edit(client=client, by=cast.admin, allowed_ips=["192.0.2.0/24", "2001:db8::/32"], **TERMS)
    assert authenticate(key, address=address) == client


@pytest.mark.parametrize("address", ["192.0.3.9", "2001:db9::5", "", "proxy"])
def test_key_with_addresses_is_refused_from_elsewhere_each_time(
    api_key: tuple[Client, str], cast: Cast, address: str
) -> None:
    client, key = api_key
    clients.edit(client=client, by=cast.admin, allowed_ips=["192.0.2.0/24", "2001:db8::/32"], **TERMS)
    assert authenticate(key, address="192.0.2.1") == client
    for _ in range(2):
        with pytest.raises(AddressRefused, match="may not be used from this address"):
            authenticate(key, address=address)


def test_key_goes_on_for_minutes_while_the_database_is_away(
    api_key: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, key = api_key
    now = time.time()
    authenticate(key, now=now)
    asked = []

    def away(*_: object) -> Client:
        asked.append(1)
        raise OperationalError

    monkeypatch.setattr(client_secrets, "find", away)
    assert [authenticate(key, now=now + second / 10) for second in range(30)] == [client] * 30
    assert len(asked) == 2  # once a second, not with each request
    with pytest.raises(OperationalError):
        authenticate(key, now=now + client_keys.AWAY_SECONDS)
    with pytest.raises(OperationalError):
        authenticate("mk_00000000_wrong", now=now)
