"""The public client against a real server, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import marginalia_client
import pytest
from marginalia_client import Marginalia, MarginaliaError, Span, Verdict

from annotation.models import Note, Project
from tests.faults.processes import eventually
from tests.webapp.api.keys import make_key
from training import prediction_log, serving
from training.batches import working
from training.models import Dataset, Deployment, Feedback, Run


@pytest.mark.django_db(transaction=True)
def test_client_reads_what_the_server_has(
    champion: Deployment, project: Project, live_server: Any, fresh_engine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marginalia_client, "PAGE", 25)
    client = Marginalia(live_server.url, make_key(project, "extract", "read", "train"))
    assert (client.model().version, client.model().since) == (1, champion.started_at)
    (dataset,) = client.datasets()
    assert client.dataset(1).sha256 == dataset.sha256 == Dataset.objects.get(kind="snapshot").sha256

    notes = {note.id: note for note in client.notes(1)}
    assert len(notes) == 60
    gold = Note.objects.get(pk=min(notes))
    assert (notes[gold.pk].text, notes[gold.pk].received_at) == (gold.text, gold.received_at)
    assert all(n.text[s.start : s.end].strip() for n in notes.values() for s in n.spans)
    assert {note.split for note in client.notes(1, "test")} == {"test"}

    (row,) = client.runs()
    run = client.run(row.id)
    assert (run.status, run.model, run.steps[-1].status) == ("succeeded", 1, "succeeded")
    by_role = {evaluation.role: evaluation for evaluation in client.evaluations(run)}
    assert sum(note.tp for note in by_role["candidate"].notes) > 0
    assert client.models()[0]["number"] == 1

    assert eventually(serving.engine().ready, 20)
    read, unreadable = client.extract([{"id": "a", "text": "🤕 k/c/o T2DM"}, ""])
    assert read.id == "a"
    assert all("🤕 k/c/o T2DM"[entity.start : entity.end] == entity.text for entity in read.entities)
    assert "The text is empty" in unreadable.errors[0]
    started = client.train("dictionary", seed=3)
    assert Run.objects.get(pk=started.id).params == {
        "recipe": "dictionary",
        "seed": 3,
        "client": "may extract read train",
    }
    with pytest.raises(MarginaliaError, match="trains Clinic already") as refused:
        client.train()
    assert refused.value.status == 409


@pytest.mark.django_db(transaction=True)
def test_client_sends_feedback_notes_gold_and_jobs(
    champion: Deployment, project: Project, live_server: Any, fresh_engine: None
) -> None:
    Project.objects.update(audit_rate=0.0)
    client = Marginalia(live_server.url, make_key(project, "extract", "feedback", "write", "read", "jobs"))
    assert eventually(serving.engine().ready, 20)
    (document,) = client.extract([{"id": "rx/1", "text": "k/c/o T2DM"}], client_ref="call 7")
    assert prediction_log.flush(10)
    said = client.feedback(document.prediction_id, [Verdict(0, 5, "added", "DISEASE")], complete=True)
    assert (said["added"], said["asks_annotators"]) == (1, True)
    assert (
        client.feedback(client_ref="call 7", document_id="rx/1", complete=True)["id"]
        == Feedback.objects.order_by("-pk")[0].pk
    )
    with pytest.raises(MarginaliaError, match="says nothing"):
        client.feedback(document.prediction_id)

    added, wrong = client.send_notes([{"id": "n/1", "text": "Fever."}, {"id": "n/2", "text": ""}])
    assert (added.status, wrong.status, added.errors) == ("added", "error", [])
    gold = {"id": "n/1", "entities": [{"start": 0, "end": 5, "label": "DISEASE"}]}
    assert [row.status for row in client.send_gold([gold])] == ["gold"]
    (clash,) = client.send_gold([{**gold, "entities": []}])
    assert (clash.status, "if_revision" in clash.errors[0]) == ("conflict", True)
    assert client.note("n/1")["annotations"][0]["entities"] == gold["entities"]
    assert [label["name"] for label in client.labels()] == ["DISEASE", "TREATMENT"]

    job = client.submit(["k/c/o T2DM", {"id": "b", "text": ""}])
    assert not job.is_over
    with pytest.raises(MarginaliaError, match="not over after 0 s"):
        client.wait(job, timeout=0)
    working.work(0)
    done = client.wait(job)
    assert (done.status, done.rows, done.quarantined) == ("succeeded", 2, 1)
    read, unreadable = client.results(done)
    assert [entity.text for entity in read.entities] == [entity.text for entity in document.entities]
    assert "The text is empty" in unreadable.errors[0]


@pytest.mark.django_db(transaction=True)
def test_client_says_what_the_server_says_is_wrong(project: Project, live_server: Any) -> None:
    with pytest.raises(MarginaliaError, match="has no scope 'read'") as refused:
        Marginalia(live_server.url, make_key(project, "extract")).datasets()
    assert refused.value.status == 403
    with pytest.raises(MarginaliaError, match="key is unknown"):
        Marginalia(live_server.url, "mk_00000000_wrong").model()
    with pytest.raises(MarginaliaError, match="no dataset 7"):
        list(Marginalia(live_server.url, make_key(project, "read")).notes(7))


class Busy(BaseHTTPRequestHandler):
    """Answers with the next of `answers`: a status, or 200 with the body that the client asks for."""

    answers: ClassVar[list[int]] = []
    asked: ClassVar[int] = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        status = self.answers.pop(0)
        body = b"not JSON" if status == 418 else json.dumps({"detail": "Later.", "models": [], "next": None}).encode()
        self.send_response(200 if status == 418 else status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests' output is no log."""


@pytest.fixture
def busy() -> Iterator[str]:
    Busy.asked = 0
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_client_comes_again_when_the_server_is_busy(busy: str) -> None:
    Busy.answers = [503, 429, 200]
    assert Marginalia(busy, "key").models() == []
    assert Busy.asked == 3


def test_client_gives_up_after_its_retries_and_never_repeats_another_error(busy: str) -> None:
    Busy.answers = [503] * 3
    with pytest.raises(MarginaliaError, match=r"^Later\.$"):
        Marginalia(busy, "key", retries=2).models()
    assert Busy.asked == 3
    Busy.answers = [500]
    with pytest.raises(MarginaliaError) as failed:
        Marginalia(busy, "key").models()
    assert (failed.value.status, Busy.asked) == (500, 4)


def test_client_without_an_answer_that_can_be_read_says_so(busy: str) -> None:
    Busy.answers = [418]
    with pytest.raises(MarginaliaError, match="no answer that can be read"):
        Marginalia(busy, "key").models()
    with pytest.raises(MarginaliaError, match="check the address"):
        Marginalia("http://127.0.0.1:9", "key", timeout=2).models()
    with pytest.raises(MarginaliaError, match="no address of a server"):
        Marginalia("file:///etc", "key")


def test_client_leaves_out_what_a_newer_server_adds() -> None:
    row = {"start": 1, "end": 3, "label": "DISEASE", "assertion": ["negated"], "new": 1}
    assert marginalia_client._spans([row]) == [Span(1, 3, "DISEASE", assertion=("negated",))]
