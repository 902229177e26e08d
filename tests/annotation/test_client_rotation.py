"""Rotation and editing: what is written, what is refused, and once only."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from annotation.actions import clients
from annotation.actions.client_keys import authenticate
from annotation.actions.client_secrets import KeyRefused
from annotation.errors import ActionError, TooLate
from annotation.models import Client, Project
from tests.conftest import Cast
from tests.together import together

DAY = timedelta(days=1)
TERMS: dict[str, Any] = {
    "scopes": ["read", "extract"], "expires_at": None, "allowed_ips": [], "rate_per_minute": 60, "burst": 5,
}  # fmt: skip


def test_rotate_keeps_only_hashes(api_key: tuple[Client, str], cast: Cast) -> None:
    client, old = api_key
    new = clients.rotate(client=client, by=cast.admin, overlap=DAY)
    row = Client.objects.filter(pk=client.pk).values().get()
    assert row["old_prefix"] == client.prefix
    assert row["prefix"] == new[: len(row["prefix"])] != client.prefix
    assert not any(key.rpartition("_")[2] in str(row) for key in (old, new))


def test_rotate_second_time_from_the_same_page_is_refused(api_key: tuple[Client, str], cast: Cast) -> None:
    client, _ = api_key
    new = clients.rotate(client=client, by=cast.admin, overlap=DAY)
    with pytest.raises(TooLate, match="rotated or revoked already"):
        clients.rotate(client=client, by=cast.admin, overlap=DAY)
    assert authenticate(new) == client


def test_rotate_again_ends_the_key_before_the_last_one(api_key: tuple[Client, str], cast: Cast) -> None:
    client, first = api_key
    keys = [first]
    for _ in range(2):
        keys.append(clients.rotate(client=client, by=cast.admin, overlap=DAY))
        client.refresh_from_db()
    with pytest.raises(KeyRefused, match="is unknown"):
        authenticate(keys[0])
    assert authenticate(keys[1]) == authenticate(keys[2]) == client


@pytest.mark.django_db(transaction=True)
def test_rotate_twice_at_once_has_one_winner(api_key: tuple[Client, str], cast: Cast) -> None:
    rotate = partial(clients.rotate, client=api_key[0], by=cast.admin, overlap=DAY)
    results = together(rotate, rotate, rotate)
    assert sorted(type(result).__name__ for result in results) == ["TooLate", "TooLate", "str"]
    (key,) = [result for result in results if isinstance(result, str)]
    assert authenticate(key) == api_key[0]


@pytest.mark.parametrize("overlap", [-DAY, timedelta(days=91)])
def test_rotate_with_an_overlap_that_is_none_is_refused(
    api_key: tuple[Client, str], cast: Cast, overlap: timedelta
) -> None:
    with pytest.raises(ActionError, match="at most 90 days"):
        clients.rotate(client=api_key[0], by=cast.admin, overlap=overlap)


def test_rotate_of_an_expired_key_asks_for_a_later_expiry(api_key: tuple[Client, str], cast: Cast) -> None:
    client = api_key[0]
    client.expires_at = timezone.now() - DAY
    with pytest.raises(ActionError, match="set a later expiry"):
        clients.rotate(client=client, by=cast.admin, overlap=DAY)


def test_rotate_and_edit_of_a_revoked_key_are_refused(api_key: tuple[Client, str], cast: Cast) -> None:
    client = api_key[0]
    clients.revoke(client=client, by=cast.admin)
    with pytest.raises(TooLate, match="revoked already"):
        clients.rotate(client=client, by=cast.admin, overlap=DAY)
    with pytest.raises(TooLate, match="revoked already"):
        clients.edit(client=client, by=cast.admin, **TERMS)


def test_edit_counts_at_once_in_this_process(api_key: tuple[Client, str], cast: Cast) -> None:
    client, key = api_key
    assert authenticate(key).scopes == ["extract"]
    clients.edit(client=client, by=cast.admin, **TERMS)
    found = authenticate(key)
    assert (found.scopes, found.rate_per_minute, found.burst) == (["extract", "read"], 60, 5)


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"rate_per_minute": 0}, "give 1 to 1,000,000 requests a minute"),
        ({"rate_per_minute": 1_000_001}, "give 1 to 1,000,000"),
        ({"burst": 0}, "give 1 to 100,000 requests at once"),
        ({"allowed_ips": ["192.0.2.7/24"]}, "is no address and no network"),
        ({"allowed_ips": [f"192.0.2.{n}" for n in range(101)]}, "at most 100"),
        ({"scopes": []}, "one or more of extract"),
        ({"expires_at": timezone.now() - DAY}, "choose a later day"),
    ],
)
def test_edit_and_create_refuse_the_same(
    project: Project, api_key: tuple[Client, str], cast: Cast, terms: dict[str, Any], says: str
) -> None:
    with pytest.raises(ActionError, match=says):
        clients.edit(client=api_key[0], by=cast.admin, **TERMS | terms)
    with pytest.raises(ActionError, match=says):
        clients.create(project=project, name="other", by=None, **terms)
    assert Client.objects.get() == api_key[0]


def test_edit_of_an_expired_key_leaves_the_expiry_that_it_has(api_key: tuple[Client, str], cast: Cast) -> None:
    client = api_key[0]
    past = timezone.now() - DAY
    Client.objects.filter(pk=client.pk).update(expires_at=past)
    client.refresh_from_db()
    clients.edit(client=client, by=cast.admin, **TERMS | {"expires_at": past})
    client.refresh_from_db()
    assert (client.burst, client.expires_at) == (5, past)


def test_forget_old_keys_takes_those_whose_overlap_is_over(api_key: tuple[Client, str], cast: Cast) -> None:
    client, _ = api_key
    clients.rotate(client=client, by=cast.admin, overlap=DAY)
    assert clients.forget_old_keys() == 0
    assert clients.forget_old_keys(timezone.now() + 2 * DAY) == 1
    client.refresh_from_db()
    assert (client.old_prefix, client.old_key_hash, client.old_until) == (None, "", None)
