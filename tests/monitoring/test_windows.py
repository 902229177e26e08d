"""Windows are measured once each, in order, caught up after days without a clock, and judged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotation.actions import notes, revisions, tasks
from annotation.models import Note, Task, User
from annotation.synthetic import SyntheticNote, generate
from monitoring.actions import late_labels, policies, windows
from monitoring.models import Measurement, Response, Window, WindowNotes
from monitoring.policy import Level
from monitoring.windows.sample import unpacked
from tests.conftest import Cast
from tests.monitoring.windows import POLICY, WEEK, begin_weeks_ago, healthy_windows, serve, strange_notes
from tests.training.traffic import missed
from training.models import Deployment, Prediction


def annotate_audits(champion: Deployment, by: User, gold: dict[int, SyntheticNote]) -> int:
    done = 0
    while task := tasks.take_next(project=champion.project, by=by):
        revisions.submit(task=task, by=by, spans=gold[task.note_id].spans, base_revision=0, seconds=9)
        done += 1
    return done


def test_nothing_is_due_before_the_first_window_is_over(champion: Deployment) -> None:
    assert windows.measure_due(champion.project, champion.started_at + WEEK - timedelta(seconds=1)) == []
    assert not Window.objects.exists()


def test_days_without_a_clock_are_caught_up_without_gap_or_repeat(champion: Deployment) -> None:
    made = healthy_windows(champion, 3)
    assert [window.level for window in made] == [Level.NO_BASELINE, Level.OK, Level.OK]
    edges = [(window.starts_at, window.ends_at) for window in made]
    assert edges == [(champion.started_at + n * WEEK, champion.started_at + (n + 1) * WEEK) for n in range(3)]
    assert windows.measure_due(champion.project, champion.started_at + 3 * WEEK) == []
    # The clock was turned back.
    assert windows.measure_due(champion.project, champion.started_at + WEEK) == []
    assert Window.objects.count() == 3


def test_a_window_has_its_counts_its_rows_and_a_measurement_a_feature(champion: Deployment) -> None:
    first, second = healthy_windows(champion, 2)
    assert (second.answers, second.requests, second.failed, second.notes_read) == (60, 60, 0, 60)
    rows = unpacked(bytes(second.read.rows))
    kept = Note.objects.in_bulk(second.read.notes)
    assert [row.patient for row in rows] == [kept[pk].patient for pk in second.read.notes]
    # Words only as the bucket that they fall into.
    assert all(bucket.isdigit() for row in rows for bucket in row.tokens)
    assert {label for row in rows for label in row.labels} <= {"DISEASE", "TREATMENT"}
    features = set(Measurement.objects.filter(window=second, metric="drift").values_list("feature", flat=True))
    assert {"words", "unseen", "density", "estimate", "specialty"} <= features
    assert first.in_reference
    assert not Measurement.objects.filter(window=first, metric="drift").exists()


def test_two_strange_windows_warn_and_one_does_not(champion: Deployment) -> None:
    healthy_windows(champion, 2)
    start = champion.started_at + 2 * WEEK
    levels = []
    for week in range(2):
        serve(champion, start + week * WEEK + timedelta(days=1), strange_notes(60, seed=week))
        (window,) = windows.measure_due(champion.project, start + (week + 1) * WEEK)
        levels.append(window.level)
    assert levels[0] == Level.OK
    assert Level(levels[1]).rank >= Level.WARNING.rank
    assert any("Capital letters" in reason["sentence"] for reason in window.reasons)
    assert not window.in_reference


def test_no_traffic_is_told_and_never_alarms(champion: Deployment) -> None:
    begin_weeks_ago(champion, 2)
    made = windows.measure_due(champion.project, champion.started_at + 2 * WEEK)
    assert [(window.level, window.answers, window.notes_read) for window in made] == [(Level.NO_BASELINE, 0, 0)] * 2
    assert not made[0].in_reference


def test_one_note_and_equal_notes_do_no_harm(champion: Deployment) -> None:
    start = begin_weeks_ago(champion, 2)
    same = list(generate(1, seed=3))
    serve(champion, start + timedelta(days=1), same)
    serve(champion, start + WEEK + timedelta(days=1), same * 70)
    one, equal = windows.measure_due(champion.project, start + 2 * WEEK)
    assert (one.answers, equal.answers) == (1, 70)
    assert equal.level == Level.INSUFFICIENT


def test_an_outage_is_critical_in_the_first_window_too(champion: Deployment) -> None:
    start = begin_weeks_ago(champion, 1)
    missed(champion, start + timedelta(days=1), 60)
    (window,) = windows.measure_due(champion.project, start + WEEK)
    assert window.level == Level.CRITICAL
    assert window.reasons[0]["rule"] == "failed"


def test_audits_count_where_their_note_was_answered_however_late(champion: Deployment, cast: Cast) -> None:
    healthy_windows(champion, 1)
    start = champion.started_at + WEEK
    made = list(generate(60, seed=5))
    rows = serve(champion, start + timedelta(days=1), made, audit=0.5)
    gold = {row.pk: note for row, note in zip(rows, made, strict=True)}
    done = annotate_audits(champion, cast.annotator, gold)
    assert done >= 20
    (window,) = windows.measure_due(champion.project, start + WEEK)
    row = Measurement.objects.get(window=window, metric="window_audit")
    assert row.value["notes"] == done == window.evidence["kpi"]["notes"]
    tp = 0
    for task in Task.objects.filter(reason="random_audit", status="accepted"):
        found = Prediction.objects.get(note=task.note, model=champion.model)
        tp += len(set(found.spans) & set(gold[task.note_id].spans))
    assert tp / row.value["entities"] == pytest.approx(row.value["recall"])


def test_late_labels_are_counted_in_their_own_window_and_judge_the_newest_again(
    champion: Deployment, cast: Cast
) -> None:
    promise = {**POLICY, "target": 0.99, "floor": 0.98}
    policies.change(project=champion.project, values=promise, by=None, reason="")
    start = begin_weeks_ago(champion, 2)
    serve(champion, start + timedelta(days=1), list(generate(60, seed=31)))
    made = list(generate(60, seed=5))
    rows = serve(champion, start + WEEK + timedelta(days=1), made, audit=0.9)
    first, second = windows.measure_due(champion.project, start + 2 * WEEK)
    assert late_labels.take_in(champion.project) == []
    before = second.level
    done = annotate_audits(champion, cast.annotator, {row.pk: note for row, note in zip(rows, made, strict=True)})
    assert late_labels.take_in(champion.project) == [second]
    assert Measurement.objects.get(window=second, metric="window_audit").value["notes"] == done
    assert not Measurement.objects.filter(window=first, metric="window_audit").exists()
    second.refresh_from_db()
    assert (before, second.level) == (Level.OK, Level.CRITICAL)
    assert "below the floor" in second.reasons[0]["sentence"]
    assert Response.objects.get().level == Level.CRITICAL
    assert late_labels.take_in(champion.project) == []


def test_wrong_notes_that_were_not_drawn_by_lot_leave_the_figure_alone(champion: Deployment, cast: Cast) -> None:
    """Fifty notes of the uncertain, annotated wrongly, move nothing."""
    healthy_windows(champion, 1)
    start = champion.started_at + WEEK
    made = list(generate(40, seed=5))
    rows = serve(champion, start + timedelta(days=1), made, audit=0.9)
    annotate_audits(champion, cast.annotator, {row.pk: note for row, note in zip(rows, made, strict=True)})
    wrong = serve(champion, start + timedelta(days=2), list(generate(50, seed=6)))
    opened = notes.open_tasks(project=champion.project, notes=wrong, reason=Task.Reason.UNCERTAINTY)
    for task in opened:
        held = tasks.take(task=task, by=cast.annotator2)
        revisions.submit(task=held, by=cast.annotator2, spans=[], base_revision=0, seconds=5)
    (window,) = windows.measure_due(champion.project, start + WEEK)
    row = Measurement.objects.get(window=window, metric="window_audit")
    assert row.value["notes"] == Task.objects.filter(reason="random_audit", status="accepted").count()
    assert late_labels.take_in(champion.project) == []


def test_what_was_not_kept_is_counted_and_not_read(champion: Deployment) -> None:
    start = begin_weeks_ago(champion, 1)
    serve(champion, start + timedelta(days=1), list(generate(5, seed=8)))
    Prediction.objects.update(note=None)
    (window,) = windows.measure_due(champion.project, start + WEEK)
    assert (window.answers, window.notes_read) == (5, 0)
    assert WindowNotes.objects.get().notes == []
