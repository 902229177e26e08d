"""``POST /api/v1/feedback``: the answer that is meant, the words that can't be, once for one key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client as Browser

from annotation.models import Client, Task
from tests.webapp.api.conftest import Post
from tests.webapp.api.keys import make_key, send
from training.models import Deployment, Feedback

TEXT = "😀 Pt k/c/o T2DM, Tab Metformin 500 BD."


@pytest.fixture
def key(api_key: tuple[Client, str]) -> str:
    """The key that asked may say too what it thinks of the answer."""
    Client.objects.filter(pk=api_key[0].pk).update(scopes=["extract", "feedback"])
    return api_key[1]


@pytest.fixture
def document(served: Deployment, key: str, post: Post) -> dict[str, Any]:
    body = post({"documents": [{"id": "rx-1", "text": TEXT}], "client_ref": "call 7"}).json()
    (document,) = body["documents"]
    assert document["entities"]
    found: dict[str, Any] = document
    return found


def sentence(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "Metformin" not in response.content.decode()
    detail: str = response.json()["detail"]
    return detail


def test_feedback_by_prediction_id_is_kept_and_asks_annotators(document: dict[str, Any], key: str) -> None:
    entity = document["entities"][0]
    where = {"start": entity["start"], "end": entity["end"]}
    said = {"prediction_id": document["prediction_id"], "entities": [{**where, "verdict": "rejected"}]}
    response = send(key, "feedback", said)
    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["accepted"], body["rejected"], body["added"], body["version"]) == (0, 1, 0, 1)
    assert body["asks_annotators"] is True
    row = Feedback.objects.get(pk=body["id"])
    assert row.verdicts == [{**where, "label": entity["label"], "verdict": "rejected"}]
    assert row.task is not None
    assert (row.task.reason, row.task.note.external_id) == (Task.Reason.FEEDBACK, "rx-1")


def test_feedback_by_client_ref_counts_utf16_when_asked(document: dict[str, Any], key: str) -> None:
    start = TEXT.index("Tab")
    said = {"client_ref": "call 7", "id": "rx-1", "index_type": "utf16", "complete": True}
    added = {"start": start + 1, "end": start + 4, "label": "TREATMENT", "verdict": "added"}
    assert send(key, "feedback", {**said, "entities": [added]}).status_code == 201
    row = Feedback.objects.get()
    assert (row.accepted, row.added, row.complete) == (len(document["entities"]), 1, True)
    assert {"start": start, "end": start + 3, "label": "TREATMENT", "verdict": "added"} in row.verdicts


def test_feedback_of_an_unknown_answer_is_404(document: dict[str, Any], key: str) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    assert "No answer" in sentence(send(key, "feedback", {"prediction_id": unknown, "complete": True}), 404)
    for names in ({"client_ref": "call 8"}, {"client_ref": "call 7", "id": "rx-2"}):
        sentence(send(key, "feedback", {**names, "complete": True}), 404)


def test_feedback_that_may_mean_two_documents_is_409(document: dict[str, Any], key: str, post: Post) -> None:
    documents = [{"id": name, "text": TEXT} for name in ("rx-1", "rx-2")]
    post({"documents": documents, "client_ref": "call 7"})
    assert "2 documents" in sentence(send(key, "feedback", {"client_ref": "call 7", "complete": True}), 409)


BAD = [
    ([], "no JSON object"),
    ({}, "either prediction_id"),
    ({"prediction_id": 7}, "no UUID"),
    ({"prediction_id": "Canary"}, "no UUID"),
    ({"client_ref": "a\0"}, '"client_ref" is no string'),
    ({"client_ref": "call 7", "id": ["x"]}, '"id" is no string'),
    ({"client_ref": "call 7", "complete": 1}, '"complete" is neither'),
    ({"client_ref": "call 7", "index_type": "bytes"}, '"index_type" is none'),
    ({"client_ref": "call 7", "entitites": []}, "a field that is unknown"),
    ({"client_ref": "call 7", "entities": {}}, "entities is dict"),
    ({"client_ref": "call 7"}, "says nothing"),
    ({"client_ref": "call 7", "entities": [{"start": 0, "end": 10**8, "verdict": "accepted"}]}, "not in the answer"),
    ({"client_ref": "call 7", "prediction_id": "00000000-0000-4000-8000-000000000000"}, "either prediction_id"),
]


def test_feedback_that_can_not_be_is_422(document: dict[str, Any], key: str) -> None:
    for body, says in BAD:
        assert says in sentence(send(key, "feedback", body), 422)
    assert not Feedback.objects.exists()


def test_same_feedback_under_its_key_again_is_kept_once(document: dict[str, Any], key: str) -> None:
    body = json.dumps({"client_ref": "call 7", "complete": True})
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "f1"}
    answers = [
        Browser().generic("POST", "/api/v1/feedback", body, content_type="application/json", headers=headers)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Feedback.objects.count() == 1


def test_feedback_needs_its_scope(document: dict[str, Any], served: Deployment) -> None:
    other = make_key(served.project, "extract", "read")
    assert "'feedback'" in sentence(send(other, "feedback", {"client_ref": "call 7", "complete": True}), 403)
