from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from annotation.actions import client_usage
from annotation.actions.client_usage import Use
from annotation.models import Client, ClientUsage
from tests.together import together

HOUR = datetime(2026, 5, 4, 10, tzinfo=UTC)


def test_add_sums_up_what_several_tell_of_an_hour(api_key: tuple[Client, str]) -> None:
    client = api_key[0]
    for _ in range(2):
        client_usage.add({(client.pk, HOUR): Use(3, 4, 500, 1, 1), (client.pk, HOUR - timedelta(hours=1)): Use(1)}, {})
    rows = list(ClientUsage.objects.values_list("hour", "requests", "documents", "characters", "refused", "failed"))
    assert rows == [(HOUR, 6, 8, 1000, 2, 2), (HOUR - timedelta(hours=1), 2, 0, 0, 0, 0)]


def test_add_leaves_out_a_client_that_is_not_there(api_key: tuple[Client, str]) -> None:
    client_usage.add({(10**9, HOUR): Use(1), (api_key[0].pk, HOUR): Use(2)}, {10**9: HOUR})
    assert ClientUsage.objects.get().requests == 2


def test_add_writes_the_last_use_once_a_minute(api_key: tuple[Client, str]) -> None:
    pk, seen = api_key[0].pk, []
    for second in (0, 59, 61, 30):
        client_usage.add({}, {pk: HOUR + timedelta(seconds=second)})
        seen.append(Client.objects.get(pk=pk).last_used_at)
    assert seen == [HOUR, HOUR, HOUR + timedelta(seconds=61), HOUR + timedelta(seconds=61)]


@pytest.mark.django_db(transaction=True)
def test_add_at_once_loses_nothing(api_key: tuple[Client, str]) -> None:
    add = partial(client_usage.add, {(api_key[0].pk, HOUR): Use(1, 2, 3)}, {api_key[0].pk: HOUR})
    assert together(*[add] * 6) == [None] * 6
    row = ClientUsage.objects.get()
    assert (row.requests, row.documents, row.characters) == (6, 12, 18)
