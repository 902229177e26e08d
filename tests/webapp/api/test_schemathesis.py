"""The API against its own description, with made-up requests, good and bad: no 5xx and no answer it does not tell of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi import checks

from annotation.models import Client, Project
from tests.conftest import Cast
from tests.webapp.api.keys import get, make_key
from training.models import Deployment, Run
from webapp.api.reference import description
from webapp.wsgi import application

EXAMPLES = 12
ALL_SCOPES = ("extract", "jobs", "feedback", "read", "write", "train")
CHECKS: list[CheckFunction] = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
FIXED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def key(project: Project) -> str:
    """May do all, as often as it likes."""
    made = make_key(project, *ALL_SCOPES)
    Client.objects.filter(project=project).update(rate_per_minute=1_000_000, burst=100_000)
    return made


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests in this process stay in the test's transaction, as those of Django's own test client do."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_every_answer_is_one_that_the_description_tells_of(
    served: Deployment, own_log: Any, key: str, one_connection: None
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", application, headers=headers)
    wrong: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in GenerationMode:

            @FIXED
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                response = case.call(headers=headers)
                case.validate_response(response, checks=CHECKS)

            try:
                ask()
            except BaseException as error:
                wrong.append(f"{operation.label} ({mode.value}): {error!r} {getattr(error, 'exceptions', '')}")
    assert wrong == []
