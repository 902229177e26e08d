"""Jobs as a platform sends them, follows them and fetches their results."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from annotation.actions import clients
from annotation.models import Client, Note, Project
from tests.conftest import Cast
from tests.training.batches import jsonl
from tests.webapp.api.keys import make_key
from training.batches import expiring, working
from training.batches.vault import root
from training.models import Batch, Deployment

ROWS: list[dict[str, Any]] = [
    {"id": "a", "text": "k/c/o diabetes on metformin 😀 insulin\r\n", "specialty": "endocrinology"},
    {"id": "=b", "text": "Tab Aspirin 75 od for IHD"},
    {"text": "no known illness"},
]
BAD = ["{not json", {"id": "c"}, {"id": "a", "text": "the same id again"}, {"id": "d", "text": "a\x00b"}]
Call = Callable[..., HttpResponse]


@pytest.fixture
def call(champion: Deployment, project: Project) -> Call:
    """A request with a key for jobs."""
    key = make_key(project, "jobs")

    def call(method: str, path: str = "", body: bytes = b"", kind: str = "application/x-ndjson", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
        # The test client names no type for an empty body.
        more = {"CONTENT_TYPE": kind, **more}
        return Browser().generic(method, f"/api/v1/jobs{path}", body, content_type=kind, headers=headers, **more)

    return call


def finished(sent: HttpResponse) -> str:
    """The job's address below jobs, when a worker has done it."""
    assert sent.status_code == 202, sent.content
    working.work(0)
    return f"/{sent.json()['id']}"


def test_job_is_accepted_and_its_results_come_in_pages(call: Call) -> None:
    sent = call("POST", body=jsonl(ROWS))
    assert sent["Location"] == f"/api/v1/jobs/{sent.json()['id']}"
    job = finished(sent)
    assert call("GET", job).json()["status"] == "succeeded"
    first = call("GET", f"{job}/results?limit=2").json()
    rest = call("GET", f"{job}/results?limit=2&cursor={first['next']}").json()
    assert [row["row"] for row in first["results"] + rest["results"]] == [1, 2, 3]
    assert (rest["next"], first["model"]["role"]) == (None, "champion")
    for row, had in zip(first["results"], ROWS, strict=False):
        assert all(one["text"] == had["text"][one["start"] : one["end"]] for one in row["entities"])


def test_documents_in_json_are_a_job_too(call: Call) -> None:
    body = json.dumps({"documents": ROWS, "index_type": "utf16", "client_ref": "night 1"}).encode()
    job = finished(call("POST", body=body, kind="application/json"))
    told = call("GET", job).json()
    assert (told["done"], told["index_type"], told["client_ref"], told["format"]) == (3, "utf16", "night 1", "json")
    units = ROWS[0]["text"].encode("utf-16-le")
    for one in call("GET", f"{job}/results").json()["results"][0]["entities"]:
        assert units[2 * one["start"] : 2 * one["end"]].decode("utf-16-le") == one["text"]


def test_csv_body_with_quoted_line_breaks(call: Call) -> None:
    body = b'id,text,city\r\nx,"dm, on\nmetformin",Pune\r\ny,short\r\n'
    job = finished(call("POST", body=body, kind="text/csv; charset=utf-8"))
    told = call("GET", job).json()
    assert (told["rows"], told["done"], told["quarantined"]) == (2, 1, 1)
    note = Note.objects.get(external_id="x")
    assert (note.text, note.city) == ("dm, on\nmetformin", "Pune")


def test_bad_rows_are_quarantined_and_good_ones_proceed(call: Call) -> None:
    job = finished(call("POST", body=jsonl([*ROWS, *BAD])))
    told = call("GET", job).json()
    assert (told["done"], told["quarantined"], told["status"]) == (3, 4, "succeeded")
    results = call("GET", f"{job}/results").json()["results"]
    assert [bool(row["errors"]) for row in results] == [False] * 3 + [True] * 4
    assert "again" not in json.dumps([row["errors"] for row in results])


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_file_holds_every_row_in_order(call: Call, file_format: str) -> None:
    job = finished(call("POST", body=jsonl([*ROWS, *BAD])))
    pages = call("GET", f"{job}/results").json()["results"]
    response = call("GET", f"{job}/results?format={file_format}")
    data = b"".join(response.streaming_content)
    assert response["Content-Disposition"].endswith(f'.{file_format}"')
    rows: list[dict[str, Any]]
    if file_format == "jsonl":
        rows = [json.loads(line) for line in data.splitlines()]
    elif file_format == "parquet":
        rows = pq.read_table(io.BytesIO(data)).to_pylist()
    else:
        rows = [_of_csv(row) for row in csv.DictReader(io.StringIO(data.decode(), newline=""))]
    assert rows == pages


def _of_csv(row: dict[str, str]) -> dict[str, Any]:
    for name in row.pop("guarded").split():
        row[name] = row[name].removeprefix("'")
    lists = {name: json.loads(row[name]) for name in ("entities", "errors")}
    return {"row": int(row["row"]), "id": row["id"] or None, "prediction_id": row["prediction_id"] or None, **lists}


def test_same_key_twice_is_one_job(call: Call) -> None:
    headers = {"Idempotency-Key": "night-1"}
    first, second = (call("POST", body=jsonl(ROWS), headers=headers) for _ in range(2))
    assert (second.json()["id"], second["Location"]) == (first.json()["id"], first["Location"])
    assert call("POST", body=jsonl(ROWS[:1]), headers=headers).status_code == 422
    assert Batch.objects.count() == len(list(root().iterdir())) == 1


@pytest.mark.parametrize(
    ("status", "path", "body", "more"),
    [
        (415, "", b"x", {"kind": "application/octet-stream"}),
        (415, "", b"\x1f\x8b", {"headers": {"Content-Encoding": "gzip"}}),
        (422, "", b"", {}),
        (422, "?store=perhaps", b"{}", {}),
        (422, "?colour=red", b"{}", {}),
        (422, "", b'{"documents": []}', {"kind": "application/json"}),
        (422, "", b"[]", {"kind": "application/json"}),
        (400, "", b"{", {"kind": "application/json"}),
        (400, "", b"", {"CONTENT_LENGTH": "9", "wsgi.input": io.BytesIO(b"{}")}),
        (413, "", b"", {"CONTENT_LENGTH": "99000000000", "wsgi.input": io.BytesIO(b"{}")}),
    ],
)
def test_what_is_no_upload_is_refused_and_leaves_nothing(
    call: Call, status: int, path: str, body: bytes, more: dict[str, Any]
) -> None:
    response = call("POST", path, body, **more)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    assert not root().is_dir() or not list(root().iterdir())


def test_upload_without_a_row_or_a_header_fails_the_job(call: Call) -> None:
    for body, kind in ((b"\n\n", "application/x-ndjson"), (b"name,words\r\n1,2\r\n", "text/csv")):
        job = finished(call("POST", body=body, kind=kind))
        told = call("GET", job).json()
        assert told["status"] == "failed"
        assert told["error"]


def test_cancelled_job_gives_what_was_done_and_no_more(call: Call) -> None:
    job = f"/{call('POST', body=jsonl(ROWS)).json()['id']}"
    assert call("GET", f"{job}/results?format=csv").status_code == 409
    assert call("POST", f"{job}/cancel").json()["status"] == "cancelled"
    assert call("POST", f"{job}/cancel").status_code == 409
    assert call("POST", f"{job}/resume").status_code == 409
    working.work(0)
    assert call("GET", f"{job}/results").json()["results"] == []


def test_results_are_gone_after_their_time(call: Call) -> None:
    job = finished(call("POST", body=jsonl(ROWS)))
    Batch.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    expiring.expire()
    assert call("GET", f"{job}/results").status_code == 410
    assert call("GET", job).json()["done"] == 3


def test_revoked_key_loses_the_results_and_the_job_goes_on(
    champion: Deployment, project: Project, cast: Cast, call: Call
) -> None:
    client, key = clients.create(project=project, name="left", by=None, scopes=["jobs"])
    headers = {"Authorization": f"Bearer {key}"}
    sent = Browser().post("/api/v1/jobs", jsonl(ROWS), content_type="application/x-ndjson", headers=headers)
    clients.revoke(client=client, by=cast.admin)
    job = finished(sent)
    assert Browser().get(f"/api/v1/jobs{job}/results", headers=headers).status_code == 401
    assert len(call("GET", f"{job}/results").json()["results"]) == 3


def test_jobs_need_their_scope_and_are_of_their_project(
    call: Call, project: Project, cast: Cast, api_key: tuple[Client, str]
) -> None:
    job = finished(call("POST", body=jsonl(ROWS)))
    assert Browser().get(f"/api/v1/jobs{job}", headers={"Authorization": f"Bearer {api_key[1]}"}).status_code == 403
    other = make_key(Project.objects.get(slug="elsewhere"), "jobs")
    assert Browser().get(f"/api/v1/jobs{job}", headers={"Authorization": f"Bearer {other}"}).status_code == 404
    assert [row["id"] for row in call("GET").json()["jobs"]] == [job[1:]]


def test_without_a_model_nothing_is_taken(project: Project, cast: Cast) -> None:
    headers = {"Authorization": f"Bearer {make_key(project, 'jobs')}"}
    sent = Browser().post("/api/v1/jobs", jsonl(ROWS), content_type="application/x-ndjson", headers=headers)
    assert (sent.status_code, Batch.objects.count(), list(root().iterdir())) == (503, 0, [])
