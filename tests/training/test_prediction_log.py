"""The log of predictions: what is offered is in the database, once, whatever fails on the way."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from django.utils import timezone

from annotation.actions import notes
from annotation.actions.notes import NewNote
from annotation.models import Client, Note
from annotation.spans import ScoredSpan
from training import log_writing, prediction_log
from training.log_entries import sealed
from training.models import Deployment, Prediction, TrafficMinute
from training.prediction_log import Document, Entry, Log
from training.serving import Missed, Served

pytestmark = pytest.mark.django_db
FOUND = (ScoredSpan(0, 6, "DISEASE", 0.9), ScoredSpan(8, 12, "TREATMENT", 0.4))
SECRET = "Canary Asthma"


@pytest.fixture
def served(champion: Deployment) -> Served:
    model = champion.model
    return Served(champion.pk, model.pk, model.number, "clinic", model.sha256, "champion", None)  # type: ignore[arg-type]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Log]:
    log = Log(tmp_path / "journal", most_bytes=1_000_000, thread=False)
    yield log
    log.stop(0)


@pytest.fixture
def entry(served: Served, api_key: tuple[Client, str], champion: Deployment) -> Entry:
    return entry_of(served, api_key[0], ("n1", SECRET))


def entry_of(served: Served, client: Client, *documents: tuple[str, str], missed: Missed | None = None) -> Entry:
    build = notes.builder(project=client.project, origin=Note.Origin.API)
    rows = [Document(uuid.uuid4(), sealed(build(NewNote(name, text))), len(text), FOUND) for name, text in documents]
    return Entry(client.project, client.pk, uuid.uuid4(), timezone.now(), served, 7.5, rows, missed)


def test_entry_becomes_note_prediction_and_traffic(opened: Log, entry: Entry) -> None:
    assert opened.offer(entry)
    opened.write_waiting()
    note = Note.objects.get(external_id="n1")
    (row,) = Prediction.objects.filter(origin="api")
    assert note.text == SECRET
    assert (row.note, row.uid, row.created_at) == (note, entry.documents[0].uid, entry.at)
    assert (row.entities[1], row.min_score, row.length, row.latency_ms) == (FOUND[1].to_json(), 0.4, len(SECRET), 7.5)
    minute = TrafficMinute.objects.get()
    assert (minute.requests, minute.documents, minute.entities, minute.doubtful, minute.empty) == (1, 1, 2, 1, 0)
    assert minute.latencies == {"10": 1}


def test_minutes_of_several_writings_are_added_up(opened: Log, served: Served, api_key: tuple[Client, str]) -> None:
    at = timezone.now()
    for number in range(3):
        made = entry_of(served, api_key[0], (f"n{number}", SECRET), (f"m{number}", SECRET))
        opened.offer(Entry(made.project, made.client_id, made.request_id, at, served, 30 * number, made.documents))
        opened.write_waiting()
    minute = TrafficMinute.objects.get()
    assert (minute.requests, minute.documents, minute.characters) == (3, 6, 6 * len(SECRET))
    assert (minute.milliseconds, minute.latencies) == (90, {"5": 1, "50": 1, "100": 1})


def test_text_is_in_no_file_and_without_note_nowhere(opened: Log, served: Served, api_key: tuple[Client, str]) -> None:
    kept = Document(uuid.uuid4(), None, 13, FOUND)
    opened.offer(Entry(api_key[0].project, api_key[0].pk, uuid.uuid4(), timezone.now(), served, 1.0, [kept]))
    opened.offer(entry_of(served, api_key[0], ("n1", SECRET)))
    (path,) = opened.folder.iterdir()
    assert b"Canary" not in path.read_bytes()
    opened.write_waiting()
    assert Prediction.objects.get(uid=kept.uid).note is None
    assert Note.objects.filter(origin="api").count() == 1


def test_id_with_another_text_keeps_the_first_and_loses_no_prediction(
    opened: Log, served: Served, api_key: tuple[Client, str]
) -> None:
    for text in ("Asthma first", "Asthma other", "Asthma first"):
        opened.offer(entry_of(served, api_key[0], ("n1", text)))
    opened.write_waiting()
    note = Note.objects.get(external_id="n1")
    assert note.text == "Asthma first"
    rows = Prediction.objects.filter(origin="api").order_by("pk")
    assert [row.note_id for row in rows] == [note.pk, None, note.pk]


def test_canary_that_did_not_answer_is_in_the_log_beside_the_answer(
    opened: Log, served: Served, api_key: tuple[Client, str]
) -> None:
    opened.offer(entry_of(served, api_key[0], ("n1", SECRET), missed=Missed(served, "slow", 1_000.0)))
    opened.write_waiting()
    assert sorted(Prediction.objects.filter(origin="api").values_list("outcome", flat=True)) == ["ok", "slow"]
    assert (TrafficMinute.objects.get().slow, TrafficMinute.objects.get().requests) == (1, 1)


def test_database_away_keeps_everything_in_the_journal(
    opened: Log, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    opened.offer(entry)
    with monkeypatch.context() as patch:
        patch.setattr(log_writing, "_write", away)
        with pytest.raises(OperationalError):
            opened.write_waiting()
    assert opened.backlog_bytes > 0
    opened.write_waiting()
    assert (Prediction.objects.filter(origin="api").count(), opened.backlog_bytes) == (1, 0)


def test_entry_written_without_the_journal_hearing_of_it_is_written_once(opened: Log, entry: Entry) -> None:
    opened.offer(entry)
    records, _ = opened._journal.take(10**6)
    log_writing.write([prediction_log.unpack(record) for record in records], careful=False)
    opened._careful = True
    opened.write_waiting()
    assert Prediction.objects.filter(origin="api").count() == 1


def test_entry_that_the_database_refuses_takes_no_other_with_it(
    opened: Log, served: Served, api_key: tuple[Client, str], caplog: pytest.LogCaptureFixture
) -> None:
    opened.offer(entry_of(served, api_key[0], ("n1", SECRET)))
    bad = entry_of(served, api_key[0], ("x" * 300, SECRET))
    opened.offer(bad)
    opened.offer(entry_of(served, api_key[0], ("n2", SECRET)))
    opened.write_waiting()
    assert Prediction.objects.filter(origin="api").count() == 2
    assert (opened.lost, TrafficMinute.objects.get().lost) == (1, 1)
    assert "lost 1 documents" in caplog.text
    assert "Canary" not in caplog.text


def test_full_journal_is_counted_and_said(tmp_path: Path, entry: Entry, caplog: pytest.LogCaptureFixture) -> None:
    log = Log(tmp_path / "small", most_bytes=100, thread=False)
    assert not log.offer(entry)
    log.write_waiting()
    assert TrafficMinute.objects.get().lost == 1
    assert "its journal or the disk is full" in caplog.text
    log.stop(0)


def test_journal_of_a_process_that_is_gone_is_written(tmp_path: Path, entry: Entry, opened: Log) -> None:
    other = Log(opened.folder, most_bytes=1_000_000, thread=False)
    other.offer(entry)
    opened.take_over()
    assert not Prediction.objects.filter(origin="api").exists()
    other._journal.close()
    opened.take_over()
    assert Prediction.objects.filter(origin="api").count() == 1
    assert len(list(opened.folder.iterdir())) == 1
