from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError

from annotation.actions import client_usage
from annotation.models import Client, ClientUsage
from tests.faults.processes import eventually
from tests.together import together
from webapp.api import usage
from webapp.api.usage import Counter

THIS_HOUR = int(time.time() // 3600)


def away(*_: object) -> None:
    raise OperationalError


def refuse(*_: object) -> None:
    raise IntegrityError


def counted(counter: Counter, statuses: list[int], client: int) -> None:
    for status in statuses:
        counter.count(client, status, 2, 30)


def test_count_tells_refused_from_failed(api_key: tuple[Client, str]) -> None:
    counter, client = Counter(), api_key[0]
    counted(counter, [200, 201, 400, 429, 500, 503], client.pk)
    counter.flush()
    row = ClientUsage.objects.get()
    assert (row.requests, row.documents, row.characters, row.refused, row.failed) == (6, 12, 180, 2, 2)
    assert datetime.now(UTC).timestamp() - row.hour.timestamp() < 7200
    client.refresh_from_db()
    assert client.last_used_at is not None


@pytest.mark.django_db(transaction=True)
def test_count_from_two_threads_while_a_third_writes_loses_nothing(api_key: tuple[Client, str]) -> None:
    counter, pk = Counter(), api_key[0].pk

    def count() -> None:
        for _ in range(2_000):
            counter.count(pk, 200, 1, 10)

    def write() -> None:
        for _ in range(20):
            counter.flush()

    assert together(count, count, write) == [None] * 3
    counter.flush()
    sums = [
        sum(values)
        for values in zip(*ClientUsage.objects.values_list("requests", "documents", "characters"), strict=True)
    ]
    assert sums == [4_000, 4_000, 40_000]


def test_flush_without_the_database_keeps_the_counts(
    api_key: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counter, pk = Counter(), api_key[0].pk
    counted(counter, [200], pk)
    with monkeypatch.context() as gone:
        gone.setattr(client_usage, "add", away)
        with pytest.raises(OperationalError):
            counter.flush()
        counted(counter, [200], pk)
    counter.flush()
    assert ClientUsage.objects.get().requests == 2


def test_flush_asks_nothing_when_nothing_was_counted(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        Counter().flush()


def test_flush_tells_of_the_last_use_once_a_minute(
    api_key: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counter, told = Counter(), []
    monkeypatch.setattr(client_usage, "add", lambda used, last: told.append(len(last)))
    for _ in range(3):
        counted(counter, [200], api_key[0].pk)
        counter.flush()
    assert told == [1, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_stop_adds_the_rest(api_key: tuple[Client, str], monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter()
    counter.start()
    counted(counter, [200] * 3, api_key[0].pk)
    counter.stop()
    assert ClientUsage.objects.get().requests == 3


@pytest.mark.django_db(transaction=True)
def test_thread_adds_what_was_counted_and_outlives_a_refusal(
    api_key: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "PAUSE_SECONDS", 0.01)
    counter, tries = Counter(), []
    add = client_usage.add
    monkeypatch.setattr(
        client_usage, "add", lambda *how: tries.append(1) or (refuse() if len(tries) == 1 else add(*how))
    )
    counter.start()
    counted(counter, [200], api_key[0].pk)
    assert eventually(lambda: bool(tries), 10)
    counted(counter, [200], api_key[0].pk)
    assert eventually(lambda: sum(ClientUsage.objects.values_list("requests", flat=True)) >= 1, 10)
    counter.stop()


def test_stop_without_the_database_says_what_is_lost(
    api_key: tuple[Client, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    counter = Counter()
    counted(counter, [200] * 3, api_key[0].pk)
    monkeypatch.setattr(client_usage, "add", away)
    counter.stop()
    assert "the usage of 3 requests is lost" in caplog.text
