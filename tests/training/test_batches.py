"""A batch from its upload to its results: each row exactly once, in order, whatever happens to a worker."""

from __future__ import annotations

import hashlib
import shutil
import stat
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.actions.notes import ANOTHER_TEXT
from annotation.errors import TooLate
from annotation.models import Note, Project
from annotation.synthetic import generate
from monitoring.actions import decisions
from tests.conftest import Cast
from tests.training.batches import finish, jsonl, send
from training import ner
from training.actions import batches
from training.artefacts import _load, nlp_of
from training.batches import chunk_lease, claims, expiring, finding, pieces, reading, upkeep, upload, working, writing
from training.batches.results import told
from training.batches.vault import Vault, root
from training.lease import LeaseLost
from training.models import Batch, BatchChunk, Deployment, ModelVersion, Prediction

ROWS = [{"id": f"b{number}", "text": note.text} for number, note in enumerate(generate(25, seed=3))]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "CHUNK_ROWS", 10)


@pytest.fixture
def batch(champion: Deployment, project: Project, cast: Cast) -> Batch:
    return send(project, cast.lead, jsonl(ROWS))


def test_every_row_has_what_the_model_finds_in_order(batch: Batch, champion: Deployment) -> None:
    batch = finish(batch)
    assert (batch.status, batch.rows, batch.done, batch.failed) == ("succeeded", 25, 25, 0), batch.error
    found = list(told(batch))
    assert [row.row for row in found] == list(range(1, 26))
    assert [(row.external_id, row.text) for row in found] == [(row["id"], row["text"]) for row in ROWS]
    directly = ner.predict(nlp_of(champion.model), [row["text"] for row in ROWS])
    # Scores differ in their last bits with what else is in a batch.
    assert [[one.span for one in row.entities] for row in found] == [[one.span for one in row] for row in directly]


def test_stored_batch_makes_notes_and_predictions(batch: Batch) -> None:
    finish(batch)
    notes = Note.objects.filter(external_id__in=[row["id"] for row in ROWS])
    assert notes.count() == 25
    made = Prediction.objects.filter(request_id=batch.uid, origin=Prediction.Origin.BATCH)
    assert set(made.values_list("note", flat=True)) == set(notes.values_list("pk", flat=True))


def test_without_store_no_text_outlives_the_batch(champion: Deployment, project: Project, cast: Cast) -> None:
    batch = finish(send(project, cast.lead, jsonl(ROWS), store=False))
    assert not Note.objects.filter(external_id="b1").exists()
    assert Prediction.objects.filter(request_id=batch.uid, note=None).count() == 25
    Batch.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert expiring.expire() == 1
    batch.refresh_from_db()
    assert (batch.wrapped_key, batch.results.count(), batch.done) == (None, 0, 25)
    assert expiring.expire() == 0


def test_two_workers_never_have_the_same_chunk(batch: Batch) -> None:
    claimed = [claims.claim()]
    assert claims.claim() is None  # the upload is not read yet
    working.carry_out(claimed[0])
    numbers = [chunk.number for chunk in iter(claims.claim, None)]
    assert numbers == [1, 2, 3]


def test_chunk_of_a_lost_worker_is_done_by_another_and_the_lost_one_leaves_no_trace(batch: Batch) -> None:
    working.carry_out(claims.claim())
    lost = claims.claim()
    assert lost.number == 1
    BatchChunk.objects.filter(pk=lost.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert claims.take_back() == 1
    assert claims.take_back() == 0
    assert finish(batch).status == Batch.Status.SUCCEEDED
    # The lost one wakes up and has all of its results at hand.
    working.carry_out(lost)
    assert [row.row for row in told(batch)] == list(range(1, 26))
    assert Prediction.objects.filter(request_id=batch.uid).count() == 25
    assert BatchChunk.objects.get(pk=lost.pk).lost == 1


def test_reader_that_was_lost_goes_on_where_it_stopped(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    first = claims.claim()
    with monkeypatch.context() as patch:
        patch.setattr(reading, "_keep", _stop_at(3, reading._keep))
        working.carry_out(first)
    assert batch.chunks.count() == 3
    BatchChunk.objects.filter(pk=first.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert claims.take_back() == 1
    finish(batch)
    assert [row.external_id for row in told(batch)] == [row["id"] for row in ROWS]


def _stop_at(number: int, keep: Any) -> Any:
    def stop(batch: Batch, lease: Any, piece: Any, at: int) -> None:
        if at == number:
            raise LeaseLost
        keep(batch, lease, piece, at)

    return stop


def test_chunk_that_ends_every_worker_fails_the_batch_which_can_go_on(batch: Batch) -> None:
    working.carry_out(claims.claim())
    for _ in range(claims.MOST_LOST):
        assert claims.claim()
        BatchChunk.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
        claims.take_back()
    batch.refresh_from_db()
    assert (batch.status, batch.is_over) == (Batch.Status.FAILED, True)
    assert "Chunk 1 lost its worker 5 times" in batch.error
    batches.go_on(batch=batch)
    assert finish(batch).status == Batch.Status.SUCCEEDED
    with pytest.raises(TooLate):
        batches.go_on(batch=batch)


def test_cancel_stops_a_worker_within_its_chunk(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    working.carry_out(claims.claim())
    monkeypatch.setattr(chunk_lease, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(finding, "PIECE_CHARACTERS", 400)
    monkeypatch.setattr(finding, "entities", _cancelling(batch, finding.entities))
    chunk = claims.claim()
    working.carry_out(chunk)
    batch.refresh_from_db()
    assert (batch.status, batch.done) == (Batch.Status.CANCELLED, 0)
    assert not Prediction.objects.filter(request_id=batch.uid).exists()
    assert claims.claim() is None
    with pytest.raises(TooLate):
        batches.cancel(batch=batch)


def _cancelling(batch: Batch, entities: Any) -> Any:
    def cancel_once(nlp: Any, texts: Any) -> Any:
        if not Batch.objects.get(pk=batch.pk).is_over:
            batches.cancel(batch=batch)
        return entities(nlp, texts)

    return cancel_once


@pytest.mark.parametrize("harm", ["missing", "changed"])
def test_model_folder_that_is_not_as_registered_fails_the_batch(batch: Batch, champion: Deployment, harm: str) -> None:
    _load.cache_clear()
    if harm == "missing":
        shutil.rmtree(champion.model.path)
    else:
        (champion.model.path / "more").write_text("x")
    failed = finish(batch)
    assert failed.status == Batch.Status.FAILED
    assert champion.model.path.name in failed.error


def test_file_of_a_chunk_that_is_not_there_fails_the_batch(batch: Batch) -> None:
    working.carry_out(claims.claim())
    shutil.rmtree(root())
    assert "share one data folder" in finish(batch).error


def test_row_that_the_model_can_not_read_fails_alone(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "entities", _choking(ROWS[12]["text"], finding.entities))
    finished = finish(batch)
    assert (finished.status, finished.done, finished.failed) == ("succeeded", 24, 1)
    (row,) = [row for row in told(batch) if row.errors]
    assert (row.row, row.entities, row.errors) == (13, [], [writing.UNREADABLE])


def _choking(on: str, entities: Any) -> Any:
    def choke(nlp: Any, texts: Any) -> Any:
        if on in texts:
            raise ValueError("a word of a note")
        return entities(nlp, texts)

    return choke


def test_known_note_keeps_its_text(batch: Batch, project: Project, cast: Cast) -> None:
    finish(batch)
    changed = [{**ROWS[0], "text": "another text"}, ROWS[1]]
    again = finish(send(project, cast.lead, jsonl(changed)))
    assert (again.done, again.failed) == (1, 1)
    assert next(told(again)).errors == [ANOTHER_TEXT]
    assert Note.objects.get(external_id="b0").text == ROWS[0]["text"]


def test_batch_keeps_the_model_it_was_sent_to(batch: Batch, cast: Cast, challenger: ModelVersion) -> None:
    decisions.approve(model=challenger, by=cast.approver, reason="Better.")
    finish(batch)
    used = Prediction.objects.filter(request_id=batch.uid).values_list("model", flat=True)
    assert set(used) == {batch.model_id} != {challenger.pk}


def test_nothing_of_a_waiting_text_lies_in_the_clear(batch: Batch) -> None:
    working.carry_out(claims.claim())
    files = [path for path in root().rglob("*") if path.is_file()]
    assert len(files) == 3
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"metformin" not in path.read_bytes().lower()
        assert b'"b1"' not in path.read_bytes()


def test_clock_tells_workers_of_what_waits_and_sweeps_what_nobody_owns(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_of: list[int] = []
    monkeypatch.setattr(upkeep, "after_commit", lambda task, pk, expires: told_of.append(pk))
    Vault.new()
    monkeypatch.setattr(expiring, "SPARED_SECONDS", -1)
    upkeep.look_after()
    assert told_of == [batch.pk]
    assert [path.name for path in root().iterdir()] == [str(batch.uid)]


def test_uploads_split_anywhere_come_back_as_they_were() -> None:
    body = bytes(range(256)) * 9000
    whole = upload.receive((body[at : at + 77_777] for at in range(0, len(body), 77_777)), most_bytes=10**8)
    with upload.opened(whole.vault) as file:
        assert file.read() == body
    assert (whole.size, whole.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    with pytest.raises(upload.TooLargeError):
        upload.receive([b"x" * 11], most_bytes=10)
    assert len(list(root().iterdir())) == 1
