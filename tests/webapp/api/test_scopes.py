"""A key may do what its scopes say, and the refusal names the one that is missing."""

from __future__ import annotations

import re

import pytest

from annotation.models import Client, Project
from annotation.models.client import SCOPES
from tests.webapp.api.keys import get, make_key, send
from webapp.api.urls import urlpatterns

JOB = "00000000-0000-4000-8000-000000000001"
SAMPLES = {"int": "1", "uuid": JOB}
# What any key reads, what people read, and what is none of the addresses.
OPEN = {"schema", "docs", "1"}
NEEDED = {
    ("POST", "extract"): "extract",
    ("POST", "dev/1/extract"): "extract",
    ("POST", "feedback"): "feedback",
    ("POST", "notes"): "write",
    ("GET", "notes/1"): "read",
    ("POST", "annotations"): "write",
    ("GET", "labels"): "read",
    ("GET", "model"): "read",
    ("GET", "datasets"): "read",
    ("GET", "datasets/1"): "read",
    ("GET", "datasets/1/notes"): "read",
    ("GET", "jobs"): "jobs",
    ("POST", "jobs"): "jobs",
    ("GET", f"jobs/{JOB}"): "jobs",
    ("GET", f"jobs/{JOB}/results"): "jobs",
    ("POST", f"jobs/{JOB}/cancel"): "jobs",
    ("POST", f"jobs/{JOB}/resume"): "jobs",
    ("GET", "runs"): "read",
    ("POST", "runs"): "train",
    ("GET", "runs/1"): "read",
    ("GET", "runs/1/evaluations"): "read",
    ("GET", "models"): "read",
    ("GET", "models/1"): "read",
}


def test_table_has_every_address() -> None:
    plain = {
        re.sub(r"<(\w+):\w+>", lambda kind: SAMPLES.get(kind[1], "1"), str(pattern.pattern)) for pattern in urlpatterns
    }
    assert plain == {path for _, path in NEEDED} | OPEN


@pytest.mark.parametrize("held", SCOPES)
def test_key_without_the_scope_is_403_and_named(project: Project, held: str) -> None:
    key, refused = make_key(project, held), set()
    for (method, path), needed in NEEDED.items():
        response = get(key, path) if method == "GET" else send(key, path, {})
        if response.status_code == 403:
            assert response.headers["Content-Type"] == "application/problem+json"
            assert f"has no scope '{needed}'" in response.json()["detail"]
            refused.add((method, path))
    assert refused == {place for place, needed in NEEDED.items() if needed != held}


def test_key_of_before_scopes_extracts_and_no_more(project: Project, api_key: tuple[Client, str]) -> None:
    assert api_key[0].scopes == ["extract"]
    assert send(api_key[1], "extract", {}).status_code == 422
    assert get(api_key[1], "datasets").status_code == 403


def test_no_key_is_401_everywhere(db: None) -> None:
    for method, path in NEEDED:
        response = get("", path) if method == "GET" else send("mk_00000000_wrong", path, {})
        assert response.status_code == 401, path


def test_method_that_is_not_there_is_405(project: Project) -> None:
    key = make_key(project, "extract", "read", "train")
    assert get(key, "extract").status_code == 405
    assert send(key, "models", {}).status_code == 405
