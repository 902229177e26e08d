"""The API's description of itself, and the page that shows it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import URLPattern

from annotation.models import Project, User
from tests.conftest import Cast
from tests.webapp.api.keys import get, make_key, send
from webapp.api import urls
from webapp.api.reference import description
from webapp.api.schemas import SCHEMAS

# They describe the others.
UNTOLD = {"schema", "docs", "<anything:rest>"}


def test_description_is_valid_and_made_without_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yml"), stdout=io.StringIO())
    assert capsys.readouterr().err == ""


def test_every_address_is_described_with_its_errors() -> None:
    told = description()["paths"]
    routes = [str(part.pattern) for part in urls.urlpatterns if isinstance(part, URLPattern)]
    assert len(told) == len(set(routes) - UNTOLD)
    for path, methods in told.items():
        for method, operation in methods.items():
            answers = operation["responses"]
            assert {"401", "403", "429", "503"} <= set(answers), path
            assert ("requestBody" in operation) <= ({"400", "413", "415", "422"} <= set(answers)), (path, method)
            assert all("RateLimit-Remaining" in answer["headers"] for answer in answers.values())


def test_every_named_shape_is_used() -> None:
    text = repr(description())
    assert [name for name in SCHEMAS if f"#/components/schemas/{name}'" not in text] == []


def test_operations_have_a_name_each() -> None:
    names = [operation["operationId"] for methods in description()["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))


def test_description_is_given_to_any_key_and_to_who_is_signed_in(
    project: Project, cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    by_key = get(make_key(project, "jobs"), "schema")
    assert (by_key.status_code, by_key.json()["openapi"]) == (200, "3.1.0")
    assert browser_of(cast.annotator).get("/api/v1/schema").status_code == 200
    assert Browser().get("/api/v1/schema").status_code == 401


def test_page_keeps_the_policy_of_pages_and_loads_nothing_from_elsewhere(
    cast: Cast, browser_of: Callable[[User], Browser]
) -> None:
    response = browser_of(cast.annotator).get("/api/v1/docs")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert b"//" not in response.content.replace(b"http://www.w3.org", b"")


@pytest.mark.parametrize("path", ["", "x", "extract/", "notes", "labels/x", "jobs/1", "runs/x", "a%0Ab", "%00"])
def test_address_that_is_not_there_is_a_problem(project: Project, path: str) -> None:
    key = make_key(project, "read", "write", "extract")
    response: Any = get(key, path)
    assert response.status_code in (404, 405), path
    assert response.headers["Content-Type"] == "application/problem+json"
    if path != "notes":
        assert send(key, path, {}).status_code == 404
