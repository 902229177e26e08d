"""The API as a platform calls it, with a real engine behind it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from annotation.models import Client
from tests.faults.processes import eventually
from training import serving
from training.models import Deployment

Post = Callable[..., HttpResponse]


@pytest.fixture
def engine(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[serving.Engine]:
    """This process's engine. It is told of a champion by the test, whose transaction its own thread can't see."""
    monkeypatch.setattr(serving, "REFRESH_SECONDS", 3600.0)
    started = serving.Engine()
    monkeypatch.setattr(serving, "_engines", {os.getpid(): started})
    assert eventually(started.ready, 10)
    yield started
    started.stop()
    assert eventually(lambda: not any(t.name.startswith("serving-") for t in threading.enumerate()), 10)


@pytest.fixture
def served(champion: Deployment, engine: serving.Engine) -> Deployment:
    engine._catch_up()
    return champion


@pytest.fixture
def post(api_key: tuple[Client, str]) -> Post:
    """Posts JSON (or bytes as they are) to extract with a valid key."""

    def send(body: Any, *, key: str = api_key[1], kind: str = "application/json") -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}"}
        # Not post(): the test client would encode the body in the charset of its type.
        return Browser().generic("POST", "/api/v1/extract", data, content_type=kind, headers=headers)

    return send
