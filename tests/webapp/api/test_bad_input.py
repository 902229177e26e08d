"""Whatever is wrong with a body, every address says so in a problem that quotes nothing, and stores nothing."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import pytest
from django.test import Client as Browser

from annotation.models import Client, Note, Project
from tests.webapp.api.keys import make_key
from training.models import Feedback, Run

PATHS = {"extract": "documents", "feedback": "entities", "notes": "notes", "annotations": "annotations", "runs": "kind"}
JSON = "application/json"
# 20 MB of zeros in 20 kB.
BOMB = gzip.compress(b"0" * 20_000_000, 9)


def body(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def deep(opens: bytes, closes: bytes) -> bytes:
    return b'{"documents": ' + opens * 100_000 + b"1" + closes * 100_000 + b"}"


# What is sent, as what, how it is coded, and what every address answers.
ROWS = {
    "zip bomb": (BOMB, JSON, "gzip", 415),
    "deflate": (zlib.compress(b"{}"), JSON, "deflate", 415),
    "brotli, or said to be": (b"Canary", JSON, "br", 415),
    "two codings": (BOMB, JSON, "gzip, gzip", 415),
    "form": (b"documents=Canary", "application/x-www-form-urlencoded", "", 415),
    "file": (b"--x", "multipart/form-data; boundary=x", "", 415),
    "text": (b"Canary", "text/plain", "", 415),
    "no type": (b"{}", "", "", 415),
    "half": (b'{"documents": [{"text": "Canary', JSON, "", 400),
    "bytes that are not UTF-8": (b'{"documents": [{"text": "Canary \xff"}]}', JSON, "", 400),
    "surrogates as UTF-8": (b'{"documents": [{"text": "\xed\xa0\x80"}]}', JSON, "", 400),
    "UTF-16": ('{"documents": []}'.encode("utf-16"), JSON, "", 400),
    "not a number": (b'{"documents": NaN}', JSON, "", 400),
    "without end": (b'{"documents": Infinity}', JSON, "", 400),
    "number of 5,000 digits": (b'{"documents": ' + b"9" * 5_000 + b"}", JSON, "", 400),
    "lists in lists": (deep(b"[", b"]"), JSON, "", 400),
    "objects in objects": (deep(b'{"a":', b"}"), JSON, "", 400),
    "too large": (b'{"documents": "' + b"x" * 2_000_001 + b'"}', JSON, "", 413),
    "null": (b"null", JSON, "", 422),
    "a list": (b"[]", JSON, "", 422),
    "a string": (b'"Canary"', JSON, "", 422),
    "a number": (b"1e400", JSON, "", 422),
    "unknown fields": (body(unheard=1), JSON, "", 422),
}
# In the field that each address asks for.
VALUES: dict[str, Any] = {
    "no list": "Canary",
    "an object": {"Canary": 1},
    "a number": 10**300,
    "a fraction": 1.5,
    "a truth": True,
    "null": None,
    "a list of lists": [[["Canary"]]],
    "lone surrogate": ["\ud800"],
    "NUL": ["\0"],
    "too many": [{}] * 10_000,
}


@pytest.fixture
def key(project: Project) -> str:
    made = make_key(project, "extract", "feedback", "write", "train")
    Client.objects.filter(project=project).update(rate_per_minute=10**6, burst=10**5)
    return made


def refused(key: str, path: str, data: bytes, kind: str = JSON, coding: str = "") -> Any:
    headers = {"Authorization": f"Bearer {key}", **({"Content-Encoding": coding} if coding else {})}
    response = Browser().generic("POST", f"/api/v1/{path}", data, content_type=kind, headers=headers)
    assert response.headers["Content-Type"] == "application/problem+json", (path, response.content[:300])
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["detail"].endswith(".")
    assert "Canary" not in response.content.decode()
    return response


@pytest.mark.parametrize("row", ROWS)
def test_body_that_can_not_be_is_refused_by_every_address(key: str, row: str) -> None:
    data, kind, coding, status = ROWS[row]
    for path in PATHS:
        response = refused(key, path, data, kind, coding)
        assert response.status_code == status, (path, response.content)
    assert not Note.objects.exists()
    assert not Run.objects.exists()


@pytest.mark.parametrize("row", VALUES)
def test_value_that_can_not_be_is_refused_by_every_address(key: str, row: str) -> None:
    for path, name in PATHS.items():
        assert refused(key, path, body(**{name: VALUES[row]})).status_code == 422, path
    assert [model for model in (Note, Run, Feedback) if model.objects.exists()] == []


def test_nothing_at_all_is_refused_but_for_a_training(key: str) -> None:
    for path in PATHS.keys() - {"runs"}:
        assert refused(key, path, b"").status_code == 422, path


def test_plain_coding_is_no_coding(key: str) -> None:
    assert refused(key, "extract", b"{}", coding="identity").status_code == 422
