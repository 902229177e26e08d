"""What a load balancer asks: alive at once, ready when the database answers and the models are loaded."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client as Browser

from tests.faults.processes import eventually
from training import serving
from training.serving import Engine


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An engine that is still loading, as in the first moment of a process."""
    monkeypatch.setattr(Engine, "_refresh", lambda self: None)
    started = Engine()
    monkeypatch.setattr(serving, "_engines", {os.getpid(): started})
    yield started
    started.stop()
    assert eventually(lambda: not any(t.name.startswith("serving-") for t in threading.enumerate()), 10)


def test_livez_is_200_without_database_and_model() -> None:
    response = Browser().get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_readyz_is_503_while_the_model_loads_and_200_after(db: None, no_engine: Engine) -> None:
    response = Browser().get("/readyz")
    assert response.status_code == 503
    assert response.json()["reason"] == "The model is still loading."
    no_engine._catch_up()
    response = Browser().get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_readyz_is_503_without_database(db: None, no_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise DatabaseError("password of the database")

    no_engine._catch_up()
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", gone)
        response = Browser().get("/readyz")
    assert response.status_code == 503
    assert response.json()["reason"] == "The database can't be reached."


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_by_post_is_405(db: None, path: str) -> None:
    assert Browser().post(path).status_code == 405
