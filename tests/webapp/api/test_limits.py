"""What every answer to a good key says of its rate; what is refused, and from where."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from annotation.actions import client_keys, clients
from annotation.models import Client, Project
from tests.conftest import Cast
from webapp.api import bucket_server, throttle, usage
from webapp.api.extract import ExtractView

NAMES = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_server, "TIMEOUT_SECONDS", 10.0)
    monkeypatch.setattr(usage, "_counters", {})
    throttle.throttle.cache_clear()


def ask(key: str, body: Any = None, *, method: str = "POST", path: str = "extract", **headers: str) -> HttpResponse:
    data = b"{" if body is None else json.dumps(body).encode()
    told = {"Authorization": f"Bearer {key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Browser(raise_request_exception=False).generic(
        method, f"/api/v1/{path}", data, content_type="application/json", headers=told
    )


def make(project: Project, **terms: Any) -> tuple[Client, str]:
    return clients.create(project=project, name="EMR", by=None, **terms)


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({}, 400),
        ({"body": {}}, 422),
        ({"method": "GET"}, 405),
        ({"method": "GET", "path": "models"}, 403),
        ({"method": "GET", "path": "jobs"}, 403),
        ({"Accept": "image/png"}, 406),
        ({"method": "OPTIONS"}, 200),
    ],
)
def test_answer_of_any_kind_says_how_the_key_stands(project: Project, how: dict[str, Any], status: int) -> None:
    _, key = make(project, burst=10, rate_per_minute=60)
    response = ask(key, **how)
    assert response.status_code == status
    assert [response.headers[name] for name in NAMES] == ["10", "9", "1"]
    assert "Retry-After" not in response.headers


def test_answer_without_a_good_key_says_nothing_of_a_rate(project: Project) -> None:
    assert not set(NAMES) & set(ask("mk_00000000_wrong").headers)


def test_request_beyond_the_burst_is_429_and_says_when_to_come_back(project: Project) -> None:
    client, key = make(project, burst=2, rate_per_minute=1)
    assert [ask(key, {}).status_code for _ in range(4)] == [422, 422, 429, 429]
    response = ask(key, {})
    body = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (body["status"], body["title"]) == (429, "Too Many Requests")
    assert "1 times a minute, 2 times at once; wait 60 s" in body["detail"]
    assert 50 <= int(response.headers["Retry-After"]) <= 60
    assert response.headers["RateLimit-Remaining"] == "0"
    # Another client's bucket is another.
    _, other = clients.create(project=project, name="other", by=None)
    assert ask(other, {}).status_code == 422
    assert usage.counter().of(client.pk).refused == 5


def test_both_keys_of_a_client_take_from_one_bucket(project: Project, cast: Cast) -> None:
    client, old = make(project, burst=2, rate_per_minute=1)
    new = clients.rotate(client=client, by=cast.admin, overlap=timedelta(days=1))
    assert [ask(key, {}).status_code for key in (old, new, old, new)] == [422, 422, 429, 429]


def test_without_the_server_requests_are_answered(project: Project, settings: Any, tmp_path: Any) -> None:
    settings.RATE_URL = f"unix://{tmp_path}/gone.sock"
    throttle.throttle.cache_clear()
    _, key = make(project, burst=2, rate_per_minute=1)
    assert [ask(key, {}).status_code for _ in range(3)] == [422, 422, 429]
    throttle.throttle.cache_clear()


def test_expired_key_is_401_and_the_attempt_is_counted(project: Project) -> None:
    client, key = make(project)
    client_keys._recent.clear()
    Client.objects.filter(pk=client.pk).update(expires_at=timezone.now() - timedelta(days=1))
    response = ask(key)
    assert response.status_code == 401
    assert "expired on" in response.json()["detail"]
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert usage.counter().of(client.pk).refused == 1


@pytest.mark.parametrize(
    ("proxies", "connected", "told", "status"),
    [
        (0, "192.0.2.7", "", 422),
        (0, "203.0.113.1", "192.0.2.7", 403),  # nobody of ours said so
        (1, "127.0.0.1", "192.0.2.7", 422),
        (1, "127.0.0.1", "203.0.113.1, 192.0.2.7", 422),
        (1, "127.0.0.1", "192.0.2.7, 203.0.113.1", 403),  # the caller put our address in front
        (2, "127.0.0.1", "203.0.113.1, 192.0.2.7, 10.0.0.1", 422),
        (2, "127.0.0.1", "192.0.2.7, 203.0.113.1, 10.0.0.1", 403),
        (1, "192.0.2.7", "", 422),
        (1, "", "", 403),
    ],
)
def test_key_bound_to_addresses_is_403_from_elsewhere(
    project: Project, settings: Any, proxies: int, connected: str, told: str, status: int
) -> None:
    settings.PROXY_COUNT = proxies
    _, key = make(project, allowed_ips=["192.0.2.0/24"])
    headers = {"Authorization": f"Bearer {key}"} | ({"X-Forwarded-For": told} if told else {})
    browser = Browser(REMOTE_ADDR=connected)
    response = browser.generic("POST", "/api/v1/extract", b"{}", content_type="application/json", headers=headers)
    assert response.status_code == status
    if status == 403:
        assert "may not be used from this address" in response.json()["detail"]


def test_request_that_fails_is_counted_as_failed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ExtractView, "post", broken)
    client, key = make(project)
    assert ask(key, {}).status_code == 500
    use = usage.counter().of(client.pk)
    assert (use.requests, use.failed) == (1, 1)
