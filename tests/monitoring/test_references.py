"""The other references of a window: training notes read once and kept, last year's weeks; no level rests on either."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from annotation.models import Note
from annotation.synthetic import SyntheticNote, generate
from monitoring.actions import decisions, policies, windows
from monitoring.drift import FEATURES
from monitoring.drift.rows import row_of
from monitoring.models import Alert, Measurement, ReferenceNotes, Window
from monitoring.policy import Level
from monitoring.windows import references
from monitoring.windows.due import Stretch
from monitoring.windows.references import TRAINING, YEAR, a_year_before, held_out, last_year
from monitoring.windows.sample import unpacked, words_of_training
from tests.conftest import Cast
from tests.monitoring.windows import POLICY, WEEK, begin_weeks_ago, healthy_windows, serve, strange_notes
from training import ner
from training.artefacts import nlp_of
from training.models import DatasetItem, Deployment, ModelVersion


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """The champion of the tests was trained on sixty notes."""
    monkeypatch.setattr(references, "FEWEST", 10)


def week(champion: Deployment, start: datetime, number: int, made: list[SyntheticNote]) -> Window:
    """The week of this number from `start` on, served and measured."""
    begin = start + number * WEEK
    serve(champion, begin + timedelta(days=1), made)
    window = windows.measure_one(champion, Stretch(begin, begin + WEEK))
    assert window is not None
    return window


def calm(number: int) -> list[SyntheticNote]:
    return list(generate(60, seed=31, start=60 * number))


def compared(window: Window, metric: str) -> set[str]:
    return set(Measurement.objects.filter(window=window, metric=metric).values_list("feature", flat=True))


def test_held_out_notes_are_read_by_the_model_as_those_of_windows(champion: Deployment, few_are_enough: None) -> None:
    (window,) = healthy_windows(champion, 1)
    model, kept = champion.model, ReferenceNotes.objects.get()
    splits = set(DatasetItem.objects.filter(dataset=model.dataset, note__in=kept.notes).values_list("split", flat=True))
    assert kept.notes == held_out(model)
    assert splits == {"dev", "test"}
    notes, known = [Note.objects.get(pk=pk) for pk in kept.notes], words_of_training(model)
    found = ner.predict(nlp_of(model), [note.text for note in notes])
    rows = unpacked(bytes(kept.rows))
    assert rows == [
        row_of(note.text, spans, note.facets, known, row.missed, note.patient)
        for note, spans, row in zip(notes, found, rows, strict=True)
    ]
    assert sum(row.missed for row in rows) > 0
    # The first window has no other reference yet, and no text is told apart from these.
    assert {"words", "density", "estimate"} <= compared(window, TRAINING) <= {one.name for one in FEATURES}
    assert compared(window, "drift") == set()


def test_training_notes_are_read_once_and_kept(champion: Deployment, few_are_enough: None) -> None:
    healthy_windows(champion, 1)
    kept = ReferenceNotes.objects.get()
    # Read anew there would be nothing.
    Note.objects.filter(pk__in=kept.notes).update(status=Note.Status.WITHDRAWN)
    window = week(champion, champion.started_at, 1, calm(1))
    assert "words" in compared(window, TRAINING)
    assert bytes(ReferenceNotes.objects.get().rows) == bytes(kept.rows)


def test_of_many_held_out_notes_the_same_are_drawn_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references, "MOST", 20)
    drawn = references._drawn(range(100), "training 1")
    assert len(set(drawn)) == 20
    assert drawn == sorted(drawn) == references._drawn(range(100), "training 1")
    assert drawn != references._drawn(range(100), "training 2")
    assert references._drawn(range(20), "training 1") == list(range(20))


def test_with_too_few_held_out_notes_nothing_is_compared(champion: Deployment) -> None:
    _, window = healthy_windows(champion, 2)
    assert 0 < len(held_out(champion.model)) < references.FEWEST
    assert "words" in compared(window, "drift")
    assert compared(window, TRAINING) == set()
    assert not ReferenceNotes.objects.exists()


def test_a_small_window_is_held_against_nothing(champion: Deployment, few_are_enough: None) -> None:
    healthy_windows(champion, 1, notes_a_week=9)
    assert not ReferenceNotes.objects.exists()
    assert not Measurement.objects.filter(metric__in=(TRAINING, YEAR)).exists()


def test_a_year_before_is_the_same_days_of_the_week_and_a_week_more_to_either_side() -> None:
    start = datetime(2026, 11, 23)
    then = a_year_before(Stretch(start, start + WEEK))
    assert (then.start, then.end) == (datetime(2025, 11, 17), datetime(2025, 12, 8))
    assert then.start.weekday() == start.weekday()


def test_last_year_is_what_overlaps_it_and_nothing_else(champion: Deployment) -> None:
    policies.change(project=champion.project, values=POLICY, by=None, reason="")
    start = begin_weeks_ago(champion, 56)
    earlier = [week(champion, start, number, calm(number)) for number in (0, 1, 3, 4)]
    window = week(champion, start, 54, calm(54))
    # From week 1 until before week 4.
    held = last_year(champion.model, Stretch.of(window))
    assert set(held.notes) == {*earlier[1].read.notes, *earlier[2].read.notes}
    assert held.rows == [row for one in earlier[1:3] for row in unpacked(bytes(one.read.rows))]
    # The same model read them.
    assert {"words", "unseen", "density", "estimate"} <= compared(window, YEAR)
    assert all(compared(one, YEAR) == set() for one in earlier)


def test_what_another_champion_read_is_compared_without_what_depends_on_it(
    champion: Deployment, challenger: ModelVersion, cast: Cast
) -> None:
    policies.change(project=champion.project, values=POLICY, by=None, reason="")
    start = begin_weeks_ago(champion, 54)
    week(champion, start, 0, calm(0))
    newer = decisions.approve(model=challenger, by=cast.approver, reason="Better.")
    window = week(newer, start, 52, calm(52))
    assert window.model == challenger
    assert {"words", "tokens", "capitals"} <= compared(window, YEAR)
    assert not {"unseen", "density", "labels", "scores", "estimate"} & compared(window, YEAR)


def test_no_level_rests_on_them_however_far_off_they_are(champion: Deployment, few_are_enough: None) -> None:
    policies.change(project=champion.project, values=POLICY, by=None, reason="")
    start = begin_weeks_ago(champion, 60)
    week(champion, start, 0, calm(0))
    # A year on notes come in capitals, and have done since this champion's first healthy windows.
    Window.objects.update(in_reference=False)
    Deployment.objects.filter(pk=champion.pk).update(started_at=start + 50 * WEEK)
    champion.refresh_from_db()
    made = [week(champion, start, 50 + number, strange_notes(60, seed=number)) for number in range(4)]
    for window in made[1:3]:
        for metric in (TRAINING, YEAR):
            row = Measurement.objects.get(window=window, metric=metric, feature="capitals")
            assert row.value["q"] < 0.01
            assert row.value["value"] > row.value["grave_from"]
            assert len(row.value["bins"]) == len(row.value["window"]) == len(row.value["reference"])
            assert row.level == ""
    assert {window.level for window in made[1:]} == {Level.OK}
    assert not Alert.objects.exists()


def test_a_window_is_measured_without_a_reference_that_cant_be_had(
    champion: Deployment, few_are_enough: None, caplog: pytest.LogCaptureFixture
) -> None:
    ReferenceNotes.objects.create(model=champion.model, notes=[], rows=b"no rows")
    _, window = healthy_windows(champion, 2)
    assert window.level == Level.OK
    assert "words" in compared(window, "drift")
    assert compared(window, TRAINING) == set()
    assert "drift_training of a window of" in caplog.text
