"""What a caller may ask of extract: nothing kept, other offsets, the same answer again, FHIR."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.actions import replies
from annotation.models import Client, KeptReply, Note, Task
from annotation.spans import ScoredSpan, from_utf16
from tests.webapp.api.conftest import Post
from tests.webapp.api.test_extract import is_problem, one
from training.models import Deployment, Prediction
from webapp.api.answers import entities_json

TEXT = "🤕 k/c/o hypertension 👨‍👩‍👧 on Tab Metformin 500"
FHIR = "application/fhir+json"


# Entities --------------------------------------------------------------------------------------------
@given(
    st.text(st.sampled_from("ab \r\n\t🤕é\u0301\u200d👩مرحबाİ"), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 39), st.integers(1, 9)), max_size=5),
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_offsets_of_both_kinds_slice_the_text_as_it_was_received(text: str, places: list[tuple[int, int]]) -> None:
    spans = [
        ScoredSpan(start, min(start + length, len(text)), "DISEASE", 0.9)
        for start, length in places
        if start < len(text)
    ]
    for entity in entities_json(text, spans, "codepoint", 0.5):
        assert text[entity["start"] : entity["end"]] == entity["text"]
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in entities_json(text, spans, "utf16", 0.5):
        assert units[2 * entity["start"] : 2 * entity["end"]].decode("utf-16-le") == entity["text"]


def test_entity_tells_all_of_itself(served: Deployment) -> None:
    (entity,) = entities_json("no Hypertension", [ScoredSpan(3, 15, "DISEASE", 0.6)], "codepoint", 0.7)
    assert entity == {
        "id": "e1",
        "text": "Hypertension",
        "label": "DISEASE",
        "start": 3,
        "end": 15,
        "score": 0.6,
        "assertion": {
            "certainty": "negative", "conditionality": "none", "association": "subject", "temporality": "current",
        },
        "codes": [{"system": "https://id.nlm.nih.gov/mesh", "code": "D014655", "display": "Hypertension"}],
        "needs_review": True,
    }  # fmt: skip
    assert from_utf16("x", []) == []


def test_utf16_offsets_are_asked_for_and_echoed(served: Deployment, post: Post) -> None:
    plain = post(one(TEXT, id="n1")).json()
    utf16 = post({**one(TEXT, id="n1"), "index_type": "utf16", "client_ref": "call 7"}).json()
    assert (plain["index_type"], plain["client_ref"]) == ("codepoint", None)
    assert (utf16["index_type"], utf16["client_ref"]) == ("utf16", "call 7")
    found, counted = plain["documents"][0]["entities"], utf16["documents"][0]["entities"]
    assert found
    assert [e["text"] for e in found] == [e["text"] for e in counted]
    assert all(a["start"] < b["start"] for a, b in zip(found, counted, strict=True))
    # What is kept counts code points, whatever was asked for.
    stored = Prediction.objects.filter(note__external_id="n1").order_by("pk")
    assert stored[0].entities == stored[1].entities
    assert [row.client_ref for row in stored] == ["", "call 7"]


def test_unknown_field_of_a_document_is_said_and_ignored(served: Deployment, post: Post) -> None:
    (document,) = post(one("Asthma.", sepciality="cardiology")).json()["documents"]
    assert "A field is unknown and was ignored" in document["warnings"][0]


# Nothing kept ----------------------------------------------------------------------------------------
def test_store_false_keeps_what_was_found_and_nothing_of_the_text(served: Deployment, post: Post) -> None:
    body = post({**one(TEXT, id="n1", patient="p7"), "store": False}).json()
    (document,) = body["documents"]
    assert document["entities"]
    row = Prediction.objects.get(uid=document["prediction_id"])
    assert (row.note, row.length) == (None, len(TEXT))
    assert not Note.objects.filter(origin=Note.Origin.API).exists()
    assert not Task.objects.filter(reason=Task.Reason.RANDOM_AUDIT).exists()
    assert not KeptReply.objects.exists()


def test_store_false_with_an_idempotency_key_keeps_no_answer(served: Deployment, post: Post) -> None:
    body = {**one(TEXT), "store": False}
    first, second = (post(body, Idempotency_Key="k1").json() for _ in range(2))
    assert first["request_id"] != second["request_id"]
    assert not KeptReply.objects.exists()


# The same again --------------------------------------------------------------------------------------
def test_same_request_with_its_key_again_gets_the_same_answer_and_is_done_once(served: Deployment, post: Post) -> None:
    body = one(TEXT, id="n1")
    first, second = (post(body, Idempotency_Key="k1") for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Prediction.objects.filter(note__external_id="n1").count() == 1
    row = KeptReply.objects.get()
    assert b"ypertension" not in bytes(row.ciphertext or b"")


def test_another_request_with_a_known_key_is_422(served: Deployment, post: Post) -> None:
    post(one("Asthma."), Idempotency_Key="k1")
    assert "came with another request" in is_problem(post(one("T2DM."), Idempotency_Key="k1"), 422)


def test_key_whose_first_request_is_at_work_is_409(
    served: Deployment, post: Post, api_key: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = one("Asthma.")
    with monkeypatch.context() as patch:
        # As if the process had been killed before its answer.
        patch.setattr(replies, "finish", lambda *_, **__: None)
        post(body, Idempotency_Key="k1")
    response = post(body, Idempotency_Key="k1")
    assert "still at work" in is_problem(response, 409)
    assert response.headers["Retry-After"] == "1"
    monkeypatch.setattr(replies, "AT_WORK", replies.AT_WORK * 0)
    assert post(body, Idempotency_Key="k1").status_code == 200


def test_refused_request_leaves_its_key_free(served: Deployment, post: Post) -> None:
    is_problem(post(one(""), Idempotency_Key="k1"), 422)
    assert post(one("Asthma."), Idempotency_Key="k1").status_code == 200


def test_idempotency_key_too_long_is_422(served: Deployment, post: Post) -> None:
    assert "has 201 characters" in is_problem(post(one("Asthma."), Idempotency_Key="k" * 201), 422)


def test_expire_deletes_answers_of_yesterday_only(
    served: Deployment, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(replies, "KEPT", -replies.KEPT)
        post(one("Asthma."), Idempotency_Key="old")
    post(one("Asthma."), Idempotency_Key="new")
    assert replies.expire() == 1
    assert KeptReply.objects.get().key == "new"


# FHIR ------------------------------------------------------------------------------------------------
def test_fhir_bundle_has_each_entity_and_where_it_comes_from(served: Deployment, post: Post) -> None:
    plain = post(one(TEXT, id="n1")).json()
    response = post(one(TEXT, id="n1"), Accept=FHIR)
    assert response.headers["Content-Type"] == FHIR
    bundle = json.loads(response.content)
    resources = [entry["resource"] for entry in bundle["entry"]]
    entities = plain["documents"][0]["entities"]
    kinds = {"DISEASE": "Condition", "TREATMENT": "MedicationStatement"}
    *found, provenance = resources
    assert [row["resourceType"] for row in found] == [kinds[entity["label"]] for entity in entities]
    assert [words(row) for row in found] == [entity["text"] for entity in entities]
    assert len(provenance["target"]) == len(found)
    assert plain["model"]["sha256"] in provenance["agent"][0]["who"]["display"]


def words(resource: dict[str, Any]) -> str:
    concept = resource.get("code") or resource["medicationCodeableConcept"]
    return str(concept["text"])


def test_accept_of_something_else_is_406(served: Deployment, post: Post) -> None:
    is_problem(post(one("Asthma."), Accept="text/csv"), 406)
