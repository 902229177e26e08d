"""What the gate says of an answer over HTTP: each way in which one can be wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from training.gates.golden import PLAIN
from training.gates.golden_requests import REQUESTS, Exchange, judge

GOOD, ALONE = REQUESTS[0], next(request for request in REQUESTS if request.status == 422)
START = PLAIN.index("T2DM")
KNOWN = {PLAIN: [[START, START + 4, "DISEASE"]]}


def answer() -> dict[str, Any]:
    more: dict[str, Any] = {"id": "e1", "assertion": {}, "codes": [], "needs_review": False}
    entity = {"start": START, "end": START + 4, "label": "DISEASE", "score": 0.9, "text": "T2DM", **more}
    document = {"id": "0", "prediction_id": None, "entities": [entity], "errors": [], "warnings": []}
    model = {"name": "clinic v1", "version": 1, "sha256": "0" * 64, "role": "test"}
    told = {"request_id": "1", "client_ref": None, "index_type": "codepoint"}
    return {**told, "model": model, "documents": [document]}


def said(body: Any, status: int = 200) -> str:
    check = judge(GOOD, Exchange(status, "application/json", json.dumps(body)), KNOWN)
    return "" if check.passed else check.sentence


def test_right_answer_passes() -> None:
    assert said(answer()) == ""


BREAKS: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda body: body.pop("model"), "The answer has not exactly the fields"),
    (lambda body: body.update(more=1), "The answer has not exactly the fields"),
    (lambda body: body["model"].pop("sha256"), "Its model has not exactly"),
    (lambda body: body["documents"].clear(), "It answered 0 of 1 documents"),
    (lambda body: body["documents"][0].pop("warnings"), "A document has not exactly"),
    (lambda body: body["documents"][0]["entities"][0].pop("score"), "An entity has not exactly"),
    (lambda body: body["documents"][0]["entities"][0].update(start=START + 1), "offsets of an entity"),
    (lambda body: body["documents"][0]["entities"].clear(), "something else over HTTP"),
    (lambda body: body["documents"][0].update(errors=["no"]), "came back with an error"),
]


@pytest.mark.parametrize(("change", "sentence"), BREAKS)
def test_wrong_answer_is_told_by_what_is_wrong(change: Callable[[dict[str, Any]], Any], sentence: str) -> None:
    body = answer()
    change(body)
    assert sentence in said(body)


def test_other_status_is_told() -> None:
    assert said(answer(), 500) == "The answer was 500, not 200."


def test_no_answer_is_told_with_its_kind() -> None:
    check = judge(GOOD, Exchange(0, "", "TimeoutError"), KNOWN)
    assert (check.passed, check.sentence) == (False, "No answer came: TimeoutError.")


def test_answer_that_is_not_json_is_told() -> None:
    assert judge(GOOD, Exchange(200, "text/html", "<h1>"), KNOWN).sentence == "The answer is not JSON."


@pytest.mark.parametrize(
    ("kind", "body", "passed"),
    [
        ("application/problem+json", {"type": "about:blank", "title": "x", "status": 422, "detail": "x"}, True),
        ("application/json", {"type": "about:blank", "title": "x", "status": 422, "detail": "x"}, False),
        ("application/problem+json", {"detail": "x"}, False),
        ("application/problem+json", [], False),
    ],
)
def test_refusal_must_be_a_problem_of_the_right_form(kind: str, body: Any, passed: bool) -> None:
    assert judge(ALONE, Exchange(422, kind, json.dumps(body)), KNOWN).passed is passed
