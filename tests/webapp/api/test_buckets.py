"""The rate of a key: a bucket of so many tokens that fills again, in this process and on the server alike."""

from __future__ import annotations

import logging
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis
from django.conf import settings

from annotation.models import Client
from webapp.api import bucket_server, throttle
from webapp.api.bucket_server import BucketServer
from webapp.api.buckets import Buckets, Taken, interval, taken
from webapp.api.throttle import Throttle

START = 1_800_000_000_000_000
SECOND = 1_000_000
KEY = 987_654_321


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine of a test run may be busy for longer than a request may wait."""
    monkeypatch.setattr(bucket_server, "TIMEOUT_SECONDS", 10.0)


@pytest.fixture
def valkey() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.RATE_URL) as client:
        client.delete(f"marginalia:rate:{KEY}")
        yield client
        client.delete(f"marginalia:rate:{KEY}")


def client(rate: int = 60, burst: int = 3) -> Client:
    return Client(pk=KEY, name="EMR", prefix="mk_00000000", rate_per_minute=rate, burst=burst)


# A bucket ------------------------------------------------------------------------------------------------------------
def test_burst_is_answered_then_as_many_as_come_back() -> None:
    own, each = Buckets(), interval(60)
    take = lambda at: taken(own.take(KEY, each, 3, START + at), each, 3)  # noqa: E731
    assert [take(0) for _ in range(4)] == [
        Taken(True, 3, 2, 1, 0), Taken(True, 3, 1, 2, 0), Taken(True, 3, 0, 3, 0), Taken(False, 3, 0, 3, 1),
    ]  # fmt: skip
    assert not take(SECOND - 1).allowed
    assert take(SECOND).allowed
    assert not take(SECOND).allowed
    # Long afterwards the bucket is full, and holds no more than it is large.
    assert [take(3600 * SECOND).allowed for _ in range(4)] == [True, True, True, False]


def test_refused_request_costs_nothing() -> None:
    own, each = Buckets(), interval(60)
    allowed = [own.take(KEY, each, 1, START + ms * 1000) > 0 for ms in range(0, 10_000, 100)]
    assert sum(allowed) == 10


def test_retry_after_is_long_enough_and_no_second_too_long() -> None:
    own, each = Buckets(), interval(7)
    assert own.take(KEY, each, 1, START) > 0
    wait = taken(own.take(KEY, each, 1, START), each, 1).retry_after
    assert wait == 9  # a token comes every 8.57 s
    assert own.take(KEY, each, 1, START + wait * SECOND) > 0


@pytest.mark.parametrize(("rate", "burst"), [(60, 3), (3_000, 500), (7, 1), (1_000_000, 100_000)])
def test_server_and_process_do_the_same(valkey: redis.Redis, rate: int, burst: int) -> None:
    own, server, each = Buckets(), BucketServer(settings.RATE_URL), interval(rate)
    draw, now = random.Random(rate), START
    for _ in range(150):
        now += draw.choice((0, 0, 0, each // 3, each, each * burst // 2))
        assert server.take(KEY, each, burst, now) == own.take(KEY, each, burst, now)


def test_process_forgets_buckets_that_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.api.buckets.MAX_KEPT", 10)
    own = Buckets()
    for number in range(100):
        own.take(number, SECOND, 1, START + number * SECOND)
    assert len(own._full) <= 10


# The server ----------------------------------------------------------------------------------------------------------
OTHER = """
import sys
from webapp.api import bucket_server
bucket_server.TIMEOUT_SECONDS = 30
server = bucket_server.BucketServer(sys.argv[1])
sys.stdin.readline()
print(sum(server.take(int(sys.argv[2]), 60_000_000, 60) > 0 for _ in range(50)))
"""


def test_two_processes_share_one_bucket(valkey: redis.Redis) -> None:
    command = (sys.executable, "-c", OTHER, settings.RATE_URL, str(KEY))
    pipe = subprocess.PIPE
    both = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=settings.BASE_DIR) for _ in range(2)]
    for one in both:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.flush()
    counts = [int(one.communicate(timeout=60)[0]) for one in both]
    # A token a minute comes back: a run that takes longer than that may see one more.
    assert 60 <= sum(counts) <= 62
    assert all(counts)


def test_bucket_leaves_the_server_when_it_is_full(valkey: redis.Redis) -> None:
    BucketServer(settings.RATE_URL).take(KEY, SECOND, 5)
    # -2: it has left already.
    assert -2 <= valkey.pttl(f"marginalia:rate:{KEY}") <= 2_000
    assert valkey.pttl(f"marginalia:rate:{KEY}") != -1


def test_server_that_was_started_anew_is_told_the_script(valkey: redis.Redis) -> None:
    server = BucketServer(settings.RATE_URL)
    assert server.take(KEY, SECOND, 5) > 0
    valkey.script_flush()
    assert server.take(KEY, SECOND, 5) > 0


def test_connection_that_the_server_closed_is_opened_again(
    valkey: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    shared = Throttle(settings.RATE_URL)
    assert shared.take(client()).remaining == 2
    assert shared._server
    shared._server._thread.connection._sock.shutdown(socket.SHUT_RDWR)
    assert shared.take(client()).remaining == 1
    assert not caplog.records


# Without the server --------------------------------------------------------------------------------------------------
def test_server_that_is_gone_is_said_once_and_the_process_counts_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    alone = Throttle(f"unix://{tmp_path}/nothing.sock")
    assert [alone.take(client()).allowed for _ in range(5)] == [True, True, True, False, False]
    (said,) = caplog.records
    assert "in each process alone" in said.getMessage()


def test_server_that_comes_back_is_asked_again_and_that_is_said(
    valkey: redis.Redis, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "AWAY_SECONDS", 0.0)
    shared = Throttle(settings.RATE_URL)
    assert shared._server
    right, shared._server._how = shared._server._how, {**shared._server._how, "path": "/nothing"}
    shared.take(client())
    shared._server._how = right
    shared._server._thread = threading.local()
    assert [shared.take(client()).remaining for _ in range(2)] == [2, 1]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "together again" in caplog.records[1].getMessage()


def test_server_that_hangs_holds_one_request_up_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_server, "TIMEOUT_SECONDS", 0.05)
    with closing(socket.socket(socket.AF_UNIX)) as deaf:
        deaf.bind(str(tmp_path / "deaf.sock"))
        deaf.listen()
        alone = Throttle(f"unix://{tmp_path}/deaf.sock")
        assert alone.take(client()).remaining == 2
        # From now on it is not even asked.
        assert alone._server
        monkeypatch.setattr(alone._server, "take", None)
        assert alone.take(client()).remaining == 1


def test_without_an_address_of_a_server_each_process_counts_alone() -> None:
    alone = Throttle("")
    assert [alone.take(client()).allowed for _ in range(4)] == [True, True, True, False]
