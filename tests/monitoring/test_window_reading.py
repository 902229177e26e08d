"""What of a window is read: all of a little, a sample by chance of much, one note a patient to tell texts apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotation.models import Note
from annotation.synthetic import generate
from monitoring.drift import words_of
from monitoring.drift.rows import row_of
from monitoring.windows import measuring, sample
from monitoring.windows.counts import counted
from monitoring.windows.due import Stretch
from monitoring.windows.measuring import patients_of, texts_of
from tests.conftest import Cast
from tests.monitoring.windows import WEEK, begin_weeks_ago, serve
from tests.training.batches import send
from training.models import Batch, Deployment, Prediction


@pytest.fixture
def stretch(champion: Deployment) -> Stretch:
    start = begin_weeks_ago(champion, 1)
    return Stretch(start, start + WEEK)


def test_little_is_read_whole_though_it_came_at_once(champion: Deployment, stretch: Stretch) -> None:
    rows = serve(champion, stretch.start + timedelta(days=1), list(generate(90, seed=4)))
    assert sample.sample(champion.model, stretch).notes == sorted(row.pk for row in rows)


def test_of_much_a_sample_is_read_the_same_each_time(
    champion: Deployment, stretch: Stretch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "MOST", 40)
    monkeypatch.setattr(sample, "MOST_READ", 60)
    for day in range(7):
        serve(champion, stretch.start + timedelta(days=day, hours=3), list(generate(30, seed=day)))
    read = sample.sample(champion.model, stretch)
    assert len(read.notes) == 40
    assert sample.sample(champion.model, stretch).notes == read.notes
    days = {one.date() for one in Prediction.objects.filter(note__in=read.notes).values_list("created_at", flat=True)}
    assert len(days) >= 2


def test_the_first_answer_of_a_note_counts(champion: Deployment, stretch: Stretch) -> None:
    (note,) = serve(champion, stretch.start + timedelta(days=1), list(generate(1, seed=4)))
    first = Prediction.objects.get(note=note)
    Prediction.objects.create(
        model=champion.model, deployment=champion, note=note, origin="api", entities=[],
        created_at=first.created_at + timedelta(seconds=1),
    )  # fmt: skip
    (row,) = sample.sample(champion.model, stretch).rows
    assert row.entities == len(first.entities)


def test_the_first_answer_counts_whatever_slice_is_read_first(
    champion: Deployment, stretch: Stretch, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = serve(champion, stretch.start + timedelta(days=1), list(generate(5, seed=4)))
    first = {one.note_id: len(one.entities) for one in Prediction.objects.filter(note__in=rows)}
    Prediction.objects.bulk_create(
        Prediction(
            model=champion.model, deployment=champion, note=note, origin="api", entities=[],
            created_at=stretch.start + timedelta(days=5),
        )
        for note in rows
    )  # fmt: skip
    for latest_first in (False, True):
        parts = sorted(sample._slices(champion.model, stretch), reverse=latest_first)
        monkeypatch.setattr(sample, "_slices", lambda *_, parts=parts: parts)
        read = sample.sample(champion.model, stretch)
        assert [row.entities for row in read.rows] == [first[pk] for pk in read.notes]


def test_no_more_is_looked_at_than_the_bound_and_no_batch_fills_the_sample(
    champion: Deployment, stretch: Stretch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "MOST", 60)
    monkeypatch.setattr(sample, "FEW", 5)
    for day in range(3):
        serve(champion, stretch.start + timedelta(days=day, hours=3), list(generate(50, seed=day)))
    read = set(sample.sample(champion.model, stretch).notes)
    answers = Prediction.objects.filter(note__in=read)
    days = [answers.filter(created_at__date=stretch.start + timedelta(days=day, hours=3)).count() for day in range(3)]
    assert sum(days) == len(read) == 60
    assert min(days) >= 10
    monkeypatch.setattr(sample, "MOST_READ", 30)
    assert len(sample.sample(champion.model, stretch).notes) == 30


def test_empty_rows_of_a_batch_that_goes_on_are_no_outage(champion: Deployment, cast: Cast, stretch: Stretch) -> None:
    done, going_on = (send(champion.project, cast.lead, b"{}") for _ in range(2))
    at = stretch.start + timedelta(hours=1)
    Batch.objects.filter(pk=done.pk).update(
        status="succeeded", started_at=at, ended_at=at, rows=60, done=60, model=champion.model
    )
    for batch, rows in ((done, 6), (going_on, 200)):
        Prediction.objects.bulk_create(
            Prediction(
                model=champion.model, deployment=champion, origin="batch", request_id=batch.uid, entities=[],
                created_at=at,
            )
            for _ in range(rows)
        )  # fmt: skip
    found = counted(champion.model, stretch)
    assert (found.answers, found.empty) == (60, 6)


def test_texts_are_told_apart_by_one_note_a_patient(champion: Deployment, stretch: Stretch) -> None:
    rows = serve(champion, stretch.start + timedelta(days=1), list(generate(60, seed=4)))
    ids = [row.pk for row in rows]
    patients = patients_of(ids)
    assert 30 < len(patients) < 60
    assert len(texts_of(ids)) == len(patients)
    assert texts_of(ids, without=patients) == []


def test_nobody_is_on_both_sides(champion: Deployment, stretch: Stretch, monkeypatch: pytest.MonkeyPatch) -> None:
    before = serve(champion, stretch.start - timedelta(days=1), list(generate(40, seed=4)))
    serve(champion, stretch.start + timedelta(days=1), list(generate(40, seed=4, start=20)))
    ids = [row.pk for row in before]
    monkeypatch.setattr(measuring, "reference_notes", lambda _: (ids, []))
    monkeypatch.setattr(measuring, "seen", lambda reference, window, _: (reference.texts, window.texts))
    sides = measuring._beside_reference(champion.model, sample.sample(champion.model, stretch))
    kept = list(Note.objects.filter(project=champion.project))
    of = [{note.patient for note in kept if note.patient and note.text in texts} for texts in sides]
    assert of[0]
    assert of[1]
    assert not of[0] & of[1]


def test_hindi_has_words() -> None:
    text = "मरीज को मधुमेह और उच्च रक्तचाप है। Metformin"
    assert words_of(text) == ["मरीज", "मधुमेह", "उच्च", "रक्तचाप", "metformin"]
    row = row_of(text, [], {}, {"metformin"})
    assert (row.words, row.unseen) == (5, 4)
    assert 0.7 < row.devanagari < 0.9
