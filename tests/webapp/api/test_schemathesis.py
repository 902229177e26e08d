"""The API against its own description, with made-up requests, good and bad: no 5xx, no answer that it does not tell."""

from __future__ import annotations

from collections import Counter
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
from tests.training.batches import finish, jsonl, send
from tests.webapp.api.keys import make_key
from training.actions.development import deploy_to_dev
from training.models import Deployment, Run
from webapp.wsgi import application

EXAMPLES = 10
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


@pytest.fixture
def real(served: Deployment, project: Project, cast: Cast) -> dict[str, Any]:
    """What stands in addresses, of things that are there: made-up numbers only ever find nothing."""
    trial = deploy_to_dev(model=served.model, by=cast.lead)
    job = finish(send(project, cast.lead, jsonl([{"text": "k/c/o T2DM"}, {"text": ""}])))
    run, note = Run.objects.order_by("pk")[0], project.notes.order_by("pk")[0]
    return {"pk": trial.pk, "version": 1, "number": run.pk, "uid": str(job.uid), "external_id": note.external_id}


@pytest.mark.slow
def test_every_answer_is_one_that_the_description_tells_of(
    real: dict[str, Any], own_log: Any, key: str, one_connection: None
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema", application, headers=headers)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 20
    seen: Counter[int] = Counter()
    for operation in operations:
        for mode in GenerationMode:
            _ask(operation, mode, headers, real, seen)
    assert set(seen) >= {200, 201, 202, 400, 401, 404, 409, 422}


def _ask(operation: Any, mode: GenerationMode, headers: dict[str, str], real: dict[str, Any], seen: Any) -> None:
    @FIXED
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        response = case.call(headers=headers)
        seen[response.status_code] += 1
        case.validate_response(response, checks=CHECKS)
        if case.path_parameters and mode == GenerationMode.POSITIVE:
            there = {**real, "number": 1} if "/models/" in operation.path else real
            case.path_parameters = {name: there[name] for name in case.path_parameters}
            response = case.call(headers=headers)
            seen[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

    ask()
