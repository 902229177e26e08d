"""``POST /api/v1/extract``: exact offsets, everything stored, and an answer for every kind of bad input."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client as Browser

from annotation.actions import clients
from annotation.models import Client, Note, Project, Task
from annotation.synthetic import generate
from tests.conftest import Cast
from tests.together import together
from tests.webapp.api.conftest import Post
from training.models import Deployment, Prediction
from training.serving import Engine

EXACT = "🤕 Pt c/o  pain\r\nk/c/o hypertension 👨‍👩‍👧\r\n\tTab Telma 40 OD\r\nमधुमेह, T2DM\n\n"


def one(text: Any, **more: Any) -> dict[str, Any]:
    return {"documents": [{"text": text, **more}]}


def is_problem(response: Any, status: int) -> str:
    """The detail of an RFC 9457 answer."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert set(body) >= {"type", "title", "detail"}
    assert "Canary" not in response.content.decode()
    detail: str = body["detail"]
    return detail


# What is answered and stored ----------------------------------------------------------------------------------------
def test_extract_answers_entities_whose_offsets_slice_the_text(served: Deployment, post: Post) -> None:
    response = post(one(EXACT, id="n1", specialty="cardiology", patient="p7"))
    assert response.status_code == 200, response.content
    body = response.json()
    (document,) = body["documents"]
    assert (document["id"], document["errors"], document["warnings"]) == ("n1", [], [])
    assert any(entity["start"] > EXACT.index("Telma") - 5 for entity in document["entities"])
    for entity in document["entities"]:
        assert EXACT[entity["start"] : entity["end"]] == entity["text"] == entity["text"].strip()
        assert entity["label"] in {"DISEASE", "TREATMENT"}
        assert 0 <= entity["score"] <= 1
    model = served.model
    assert body["model"] == {"name": "clinic", "version": 1, "sha256": model.sha256, "role": "champion"}
    assert uuid.UUID(body["request_id"])


def test_extract_stores_note_and_prediction(served: Deployment, post: Post, api_key: tuple[Client, str]) -> None:
    body = post(one(EXACT, id="n1", specialty="cardiology", patient="p7")).json()
    note = Note.objects.get(external_id="n1")
    assert (note.text, note.specialty, note.origin) == (EXACT, "cardiology", Note.Origin.API)
    assert note.patient not in ("", "p7")
    prediction = Prediction.objects.get(note=note)
    assert (prediction.model, prediction.deployment, prediction.client) == (served.model, served, api_key[0])
    assert str(prediction.request_id) == body["request_id"]
    assert prediction.origin == Prediction.Origin.API
    assert prediction.latency_ms is not None
    (document,) = body["documents"]
    kept = ("start", "end", "label", "score")
    assert prediction.entities == [{name: entity[name] for name in kept} for entity in document["entities"]]
    assert (str(prediction.uid), prediction.length) == (document["prediction_id"], len(EXACT))
    assert prediction.min_score == min(entity["score"] for entity in document["entities"])


def test_extract_of_many_keeps_the_order(served: Deployment, post: Post) -> None:
    notes = list(generate(25, seed=61, prefix="api"))
    body = post({"documents": [{"id": n.external_id, "text": n.text} for n in notes]}).json()
    assert [document["id"] for document in body["documents"]] == [n.external_id for n in notes]
    for document, note in zip(body["documents"], notes, strict=True):
        assert all(note.text[e["start"] : e["end"]] == e["text"] for e in document["entities"])
    assert Prediction.objects.filter(request_id=body["request_id"]).count() == 25


def test_extract_without_id_gives_one(served: Deployment, post: Post) -> None:
    name = post(one("Asthma.")).json()["documents"][0]["id"]
    assert Note.objects.get(external_id=name).text == "Asthma."


def test_extract_of_a_note_a_second_time_adds_a_prediction_only(served: Deployment, post: Post) -> None:
    first, second = (post(one("Asthma.", id="n1")).json() for _ in range(2))
    for body in (first, second):
        assert body["documents"][0].pop("prediction_id")
    assert first["documents"] == second["documents"]
    assert first["request_id"] != second["request_id"]
    assert Note.objects.filter(external_id="n1").count() == 1
    assert Prediction.objects.filter(note__external_id="n1").count() == 2


@pytest.mark.parametrize(("rate", "tasks"), [(1.0, 2), (0.0, 0)])
def test_extract_draws_blind_audits_at_the_projects_rate(
    served: Deployment, post: Post, rate: float, tasks: int
) -> None:
    Project.objects.filter(slug="clinic").update(audit_rate=rate)
    for _ in range(2):
        assert post({"documents": [{"id": "a", "text": "Asthma."}, {"id": "b", "text": "T2DM."}]}).status_code == 200
    assert Task.objects.filter(reason=Task.Reason.RANDOM_AUDIT, blind=True).count() == tasks


# Bad documents ------------------------------------------------------------------------------------------------------
BAD_TEXTS = [
    ("", "The text is empty"),
    (" \r\n\t", "The text is empty"),
    ("Canary\0", "NUL character at 6"),
    ("Canary\ud83e", "lone surrogate at 6"),
    ("Canary " + "x" * 20_000, "20,007 characters, more than 20,000"),
    (None, "NoneType, not a string"),
    (7, "int, not a string"),
    (["Canary"], "list, not a string"),
]


def test_extract_of_a_bad_text_alone_is_422(served: Deployment, post: Post) -> None:
    for text, says in BAD_TEXTS:
        response = post(one(text, id="n1"))
        assert "No document of the request can be read" in is_problem(response, 422)
        (document,) = response.json()["documents"]
        assert document["id"] == "n1"
        assert says in document["errors"][0]
    assert not Note.objects.filter(origin=Note.Origin.API).exists()


def test_extract_of_bad_texts_beside_a_good_one_answers_the_good_one(served: Deployment, post: Post) -> None:
    rows = [{"id": f"bad{i}", "text": text} for i, (text, _) in enumerate(BAD_TEXTS)]
    response = post({"documents": [*rows, {"id": "good", "text": "Asthma."}]})
    assert response.status_code == 200
    *bad, good = response.json()["documents"]
    assert all(document["errors"] and not document["entities"] for document in bad)
    assert good["errors"] == []
    assert Note.objects.filter(origin=Note.Origin.API).get().external_id == "good"


def test_extract_of_the_longest_text_is_answered(served: Deployment, post: Post) -> None:
    text = ("k/c/o T2DM on Tab Metformin 500 BD. " * 600)[:20_000]
    assert len(post(one(text)).json()["documents"][0]["entities"]) > 100


def test_extract_with_a_known_id_and_another_text_is_an_error_of_the_document(served: Deployment, post: Post) -> None:
    post(one("Asthma.", id="n1"))
    response = post({"documents": [{"id": "n1", "text": "Canary."}, {"id": "n2", "text": "T2DM."}]})
    clash, good = response.json()["documents"]
    assert "This id came with another text before" in clash["errors"][0]
    assert (good["errors"], clash["entities"]) == ([], [])
    assert Note.objects.get(external_id="n1").text == "Asthma."
    is_problem(post(one("Canary.", id="n1")), 422)


def test_extract_leaves_a_facet_out_that_cannot_be_kept(served: Deployment, post: Post) -> None:
    for number, value in enumerate([1.5, ["x"], "x" * 201, "line\nbreak", "\ud800", "nul\0", {}]):
        (document,) = post(one("Asthma.", id=f"n{number}", city=value, patient=value)).json()["documents"]
        assert [warning.split()[2] for warning in document["warnings"]] == ["patient", "city"]
        note = Note.objects.get(external_id=f"n{number}")
        assert (note.city, note.patient) == ("", "")


# Bad requests -------------------------------------------------------------------------------------------------------
BAD_BODIES = [
    ([], "no JSON object"),
    ({}, 'no "documents" list'),
    (None, "no JSON object"),
    ("Canary", "no JSON object"),
    ({"documents": [{"text": "x"}], "stor": False}, "a field that is unknown"),
    ({"documents": [{"text": "x"}], "store": "no"}, '"store" is neither true nor false'),
    ({"documents": [{"text": "x"}], "index_type": "bytes"}, '"index_type" is none of'),
    ({"documents": [{"text": "x"}], "client_ref": 7}, '"client_ref" is no printable string'),
    ({"documents": [{"text": "x" * 18_000}] * 7}, "126,000 characters in all, more than 125,000"),
    ({"documents": {"text": "Canary"}}, 'no "documents" list'),
    ({"documents": []}, "has 0 entries; send 1 to 25"),
    ({"documents": [{"text": "x"}] * 26}, "has 26 entries"),
    ({"documents": ["Canary"]}, "documents[0] is not an object"),
    ({"documents": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]}, "documents[1].id was used before"),
    ({"documents": [{"id": 1, "text": "x"}, {"id": "1", "text": "y"}]}, "documents[1].id was used before"),
    (one("x", id=True), "documents[0].id is no string"),
    (one("x", id=1.5), "documents[0].id is no string"),
    (one("x", id="\ud800"), "documents[0].id is no string"),
    (one("x", id="nul\0"), "documents[0].id is no string"),
    (one("x", id="i" * 201), "at most 200"),
]


def test_extract_of_a_body_of_wrong_shape_is_422(served: Deployment, post: Post) -> None:
    for body, says in BAD_BODIES:
        assert says in is_problem(post(body), 422)
    assert not Note.objects.filter(origin=Note.Origin.API).exists()


NO_JSON = [
    b"{",
    b'{"documents": [{"text": "Canary \xff"}]}',
    '{"documents": [{"text": "Canary"}]}'.encode("utf-16"),
    b'{"documents": [{"text": "Canary", "id": NaN}]}',
    b'{"documents": [{"text": "Canary", "id": ' + b"9" * 5000 + b"}]}",
    b'{"documents": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
]


def test_extract_of_what_is_no_json_in_utf8_is_400(served: Deployment, post: Post) -> None:
    for body in NO_JSON:
        assert is_problem(post(body), 400).startswith("The body is n")


def test_extract_with_a_strange_charset_is_never_an_error_of_the_server(served: Deployment, post: Post) -> None:
    for charset in ("rot13", "base64", "nonsense", "utf-7", "idna", "utf-16"):
        response = post(one("Asthma."), kind=f"application/json; charset={charset}")
        assert response.status_code in (200, 400), response.content


def test_extract_of_another_content_type_is_415(served: Deployment, post: Post) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        is_problem(post(one("Canary"), kind=kind), 415)


def test_extract_of_a_body_beyond_the_limit_is_413(served: Deployment, post: Post, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    is_problem(post(one("Canary " * 1000)), 413)


def test_extract_by_get_is_405(served: Deployment, api_key: tuple[Client, str]) -> None:
    response = Browser().get("/api/v1/extract", headers={"Authorization": f"Bearer {api_key[1]}"})
    is_problem(response, 405)
    assert "POST" in response.headers["Allow"]


# Keys ---------------------------------------------------------------------------------------------------------------
def test_extract_without_a_valid_key_is_401(served: Deployment, api_key: tuple[Client, str]) -> None:
    key, body = api_key[1], json.dumps(one("Canary"))
    unknown = f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}"
    headers = ["", "Bearer", "Bearer ", "Bearer mk_0_x", f"Bearer {unknown}", f"Basic {key}", key, "Bearer é"]
    for header in [None, *headers, f"Bearer {key} x"]:
        given = {} if header is None else {"Authorization": header}
        response = Browser().post("/api/v1/extract", body, content_type="application/json", headers=given)
        assert "Authorization: Bearer KEY" in is_problem(response, 401)
        assert response.headers["WWW-Authenticate"] == "Bearer"
    assert not Note.objects.filter(origin=Note.Origin.API).exists()


def test_extract_with_a_revoked_key_is_401(
    served: Deployment, post: Post, api_key: tuple[Client, str], cast: Cast
) -> None:
    assert post(one("Asthma.")).status_code == 200
    clients.revoke(client=api_key[0], by=cast.admin)
    assert "was revoked" in is_problem(post(one("Asthma.")), 401)


def test_extract_with_a_sign_in_instead_of_a_key_is_401(served: Deployment, cast: Cast, browser_of: Any) -> None:
    response = browser_of(cast.lead).post("/api/v1/extract", json.dumps(one("x")), content_type="application/json")
    is_problem(response, 401)


def test_extract_with_a_key_of_another_project_does_not_see_this_ones_model(
    served: Deployment, post: Post, cast: Cast
) -> None:
    _, key = clients.create(project=Project.objects.get(slug="elsewhere"), name="other", by=cast.outsider)
    assert "No model of this project" in is_problem(post(one("Asthma."), key=key), 503)


# No model -----------------------------------------------------------------------------------------------------------
def test_extract_without_champion_is_503_and_stores_nothing(project: Project, engine: Engine, post: Post) -> None:
    response = post(one("Canary"))
    assert "approve one first" in is_problem(response, 503)
    assert response.headers["Retry-After"] == "5"
    assert not Note.objects.exists()


# At once ------------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_extract_of_the_same_id_at_once_stores_one_note_and_answers_all(served: Deployment, post: Post) -> None:
    for turn in range(3):
        made = together(*[lambda turn=turn: post(one("Asthma.", id=f"n{turn}")).status_code] * 6)
        assert made == [200] * 6
        assert Note.objects.filter(external_id=f"n{turn}").count() == 1
        assert Prediction.objects.filter(note__external_id=f"n{turn}").count() == 6


@pytest.mark.django_db(transaction=True)
def test_extract_of_the_same_id_with_different_texts_at_once_stores_one(served: Deployment, post: Post) -> None:
    made = together(*[lambda i=i: post(one(f"Asthma {i}.", id="n1")).status_code for i in range(6)])
    assert 200 in made
    assert set(made) <= {200, 422}
    note = Note.objects.get(external_id="n1")
    # Those that were answered before anybody could know keep what was found, without a note that says otherwise.
    rows = Prediction.objects.filter(origin=Prediction.Origin.API)
    assert rows.count() == made.count(200)
    assert {row.note_id for row in rows} <= {note.pk, None}
