"""``POST /api/v1/runs``: a training from outside, with the parameters that were checked and no others."""

from __future__ import annotations

from typing import Any

import pytest

from annotation.models import Note, Project
from tests.webapp.api.keys import make_key, send
from training.models import Run, TriggerRecord


@pytest.fixture
def key(project: Project) -> str:
    return make_key(project, "train")


def test_train_queues_the_pipeline_with_its_parameters(gold_notes: list[Note], key: str) -> None:
    response = send(key, "runs", {"recipe": "dictionary", "seed": 3})
    assert response.status_code == 201, response.content
    run = Run.objects.get()
    assert (run.kind, run.trigger, run.seed, run.created_by) == ("pipeline", "api", 3, None)
    assert run.params == {"recipe": "dictionary", "seed": 3, "client": "may train"}
    body = response.json()
    assert (body["id"], body["status"]) == (run.pk, "queued")
    assert TriggerRecord.objects.get(run=run).trigger == "api"


def test_train_second_time_is_409(gold_notes: list[Note], key: str) -> None:
    assert send(key, "runs", {}).status_code == 201
    response = send(key, "runs", {})
    assert response.status_code == 409
    assert "trains Clinic already" in response.json()["detail"]
    assert Run.objects.count() == 1


def test_train_without_gold_is_409(key: str) -> None:
    response = send(key, "runs", {})
    assert response.status_code == 409
    assert "no gold to train on" in response.json()["detail"]


BAD: list[tuple[Any, str]] = [
    ([], "The body is no object"),
    ({"notes": 1}, "takes no notes"),
    ({"\ud800": 1}, "takes no ?"),
    ({"recipe": 7}, '"recipe" is no string'),
    ({"recipe": "magic"}, "magic"),
    ({"settings": {"width": 96}}, "send its name"),
    ({"recipe": "clinical", "settings": []}, '"settings" is no object'),
    ({"recipe": "clinical", "settings": {"nothing": 1}}, "has no setting nothing"),
    ({"seed": -1}, '"seed" is no whole number'),
    ({"seed": True}, '"seed" is no whole number'),
    ({"seeds": 11}, '"seeds" is no whole number'),
    ({"fresh": "yes"}, '"fresh" is neither'),
]


@pytest.mark.parametrize(("body", "says"), BAD)
def test_train_with_what_can_not_be_done_is_422(gold_notes: list[Note], key: str, body: Any, says: str) -> None:
    response = send(key, "runs", body)
    assert response.status_code == 422, response.content
    assert says in response.json()["detail"]
    assert not Run.objects.exists()
