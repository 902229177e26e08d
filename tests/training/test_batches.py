"""A batch from its upload to its results: each row exactly once, in order, whatever happens to a worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.models import Note, Project
from annotation.synthetic import generate
from tests.conftest import Cast
from tests.training.batches import finish, jsonl, send
from training import ner
from training.artefacts import nlp_of
from training.batches import expiring, reading
from training.batches.results import told
from training.models import Batch, Deployment, Prediction

ROWS = [{"id": f"b{number}", "text": note.text} for number, note in enumerate(generate(25, seed=3))]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK_ROWS", 10)


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
