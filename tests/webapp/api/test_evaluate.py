"""``POST /api/v1/runs`` with `kind` "evaluate": a version is evaluated again from outside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.webapp.api.keys import make_key, send
from training.models import ModelVersion, Run


def evaluations() -> list[Run]:
    return list(Run.objects.filter(kind=Run.Kind.EVALUATE))


def test_evaluation_is_queued_once_and_is_read_as_any_run(candidate: ModelVersion) -> None:
    key, order = make_key(candidate.project, "train"), {"kind": "evaluate", "model": 1}
    response = send(key, "runs", order)
    assert response.status_code == 201, response.content
    (run,) = evaluations()
    assert (run.subject, run.trigger, run.created_by, run.params) == (candidate, "api", None, {"client": "may train"})
    body = response.json()
    assert (body["id"], body["kind"], body["model"], body["status"]) == (run.pk, "evaluate", 1, "queued")
    assert [step["name"] for step in body["steps"]][-1] == "record"
    again = send(key, "runs", order)
    assert (again.status_code, "already" in again.json()["detail"], len(evaluations())) == (409, True, 1)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"kind": "evaluate"}, '"model" is no whole number'),
        ({"kind": "evaluate", "model": "1"}, '"model" is no whole number'),
        ({"kind": "evaluate", "model": 9}, "no model version 9"),
        ({"kind": "evaluate", "model": 1, "seed": 1}, "takes no seed"),
        ({"kind": ["evaluate"]}, '"kind" is neither'),
        ({"model": 1}, "takes no model"),
    ],
)
def test_evaluation_that_cannot_be_read_is_422(candidate: ModelVersion, body: Any, says: str) -> None:
    response = send(make_key(candidate.project, "train"), "runs", body)
    assert response.status_code == 422, response.content
    assert says in response.json()["detail"]
    assert not evaluations()


def test_evaluation_of_a_version_that_cannot_be_measured_is_409(candidate: ModelVersion) -> None:
    candidate.project.labels.create(name="DEVICE", colour=3)
    response = send(make_key(candidate.project, "train"), "runs", {"kind": "evaluate", "model": 1})
    assert response.status_code == 409
    assert "train a new version" in response.json()["detail"]
