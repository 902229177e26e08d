"""The API as a platform calls it, with a real engine behind it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from annotation.models import Client
from tests.faults.processes import eventually
from training import dev_serving, prediction_log, serving
from training.models import Deployment
from training.prediction_log import Log

Post = Callable[..., HttpResponse]


@pytest.fixture
def engine(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[serving.Engine]:
    """This process's engine. It is told of a champion by the test, whose transaction its own thread can't see."""
    monkeypatch.setattr(serving, "REFRESH_SECONDS", 3600.0)
    started = serving.Engine()
    monkeypatch.setattr(serving, "_engines", {os.getpid(): started})
    assert eventually(started.ready, 10)
    yield started
    dev_serving.close()
    assert started.stop()
    assert eventually(lambda: not any(t.name.startswith("serving-") for t in threading.enumerate()), 10)


@pytest.fixture
def served(champion: Deployment, engine: serving.Engine) -> Deployment:
    engine._catch_up()
    return champion


@pytest.fixture
def own_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    """This process's log without its thread, which could not see the test's transaction: the test writes."""
    opened = Log(tmp_path / "journal", most_bytes=10_000_000, thread=False)
    monkeypatch.setattr(prediction_log, "_logs", {os.getpid(): opened})
    return opened


@pytest.fixture
def post(api_key: tuple[Client, str], own_log: Log) -> Post:
    """Posts JSON (or bytes as they are) to extract with a valid key; what is kept of it is in the database then."""

    def send(body: Any, *, key: str = api_key[1], kind: str = "application/json", **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"Authorization": f"Bearer {key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        # Not post(): the test client would encode the body in the charset of its type.
        response = Browser().generic("POST", "/api/v1/extract", data, content_type=kind, headers=told)
        own_log.write_waiting()
        return response

    return send
