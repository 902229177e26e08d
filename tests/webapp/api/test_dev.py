"""``POST /api/v1/dev/ID/extract``: the answers of a version under test, of which nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from annotation.actions import clients
from annotation.models import Client, Note, Project
from tests.conftest import Cast
from training import dev_serving, ner
from training.actions import development
from training.models import Deployment, ModelVersion, Prediction
from training.serving import Engine

TEXT = "k/c/o T2DM, Tab Metformin 500 BD"
Ask = Callable[..., Any]


@pytest.fixture
def trial(candidate: ModelVersion, cast: Cast, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setattr(dev_serving, "_loaded", type(dev_serving._loaded)())
    return development.deploy_to_dev(model=candidate, by=cast.lead)


@pytest.fixture
def ask(trial: Deployment, api_key: tuple[Client, str]) -> Ask:
    def send(body: Any, *, pk: int = trial.pk, key: str = api_key[1]) -> Any:
        headers = {"Authorization": f"Bearer {key}"}
        address = f"/api/v1/dev/{pk}/extract"
        return Browser().post(address, json.dumps(body), content_type="application/json", headers=headers)

    return send


def test_dev_extract_answers_as_the_version_does_and_stores_nothing(ask: Ask, candidate: ModelVersion) -> None:
    notes = Note.objects.count()
    body = ask({"documents": [{"id": "n1", "text": TEXT}, {"text": ""}, {"text": "Asthma."}]}).json()
    assert body["model"] == {"name": "clinic", "version": 1, "sha256": candidate.sha256, "role": "test"}
    first, bad, last = body["documents"]
    direct = ner.predict(ner.load(candidate.path, sha256=candidate.sha256), [TEXT])[0]
    assert [(e["start"], e["end"], e["label"]) for e in first["entities"]] == [tuple(one.span) for one in direct]
    assert all(TEXT[e["start"] : e["end"]] == e["text"] for e in first["entities"])
    assert (first["id"], bad["entities"], last["id"]) == ("n1", [], None)
    assert "The text is empty" in bad["errors"][0]
    assert (Note.objects.count(), Prediction.objects.count()) == (notes, 0)


def test_dev_extract_of_bad_requests_is_422(ask: Ask) -> None:
    assert ask({}).status_code == 422
    assert "No document of the request can be read" in ask({"documents": [{"text": ""}]}).json()["detail"]


def test_dev_extract_of_an_ended_trial_is_410(ask: Ask, trial: Deployment, cast: Cast) -> None:
    development.end_dev(deployment=trial, by=cast.lead)
    response = ask({"documents": [{"text": TEXT}]})
    assert response.status_code == 410
    assert "was ended" in response.json()["detail"]


def test_dev_extract_with_a_key_of_another_project_or_without_scope_is_refused(
    ask: Ask, project: Project, cast: Cast
) -> None:
    _, foreign = clients.create(project=Project.objects.get(slug="elsewhere"), name="other", by=None)
    assert ask({"documents": [{"text": TEXT}]}, key=foreign).status_code == 404
    _, reader = clients.create(project=project, name="reader", by=None, scopes=["read"])
    assert ask({"documents": [{"text": TEXT}]}, key=reader).status_code == 403


def test_dev_extract_of_production_is_404(ask: Ask, trial: Deployment, champion: Deployment) -> None:
    assert ask({"documents": [{"text": TEXT}]}, pk=champion.pk).status_code == 404


def test_dev_extract_of_a_tampered_artefact_is_503_and_says_why(ask: Ask, candidate: ModelVersion) -> None:
    file = next(path for path in sorted(candidate.path.rglob("*")) if path.is_file())
    file.write_bytes(file.read_bytes() + b" ")
    response = ask({"documents": [{"text": TEXT}]})
    assert response.status_code == 503
    assert "clinic v1 can't be loaded" in response.json()["detail"]
