"""Runs: claimed once, stopped when cancelled or lost, taken back by the reaper, and silent about what they read."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from django.db import connection

from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project
from tests.conftest import Cast
from tests.faults.processes import eventually
from tests.pipelines import instead_of_training, with_model
from tests.together import together
from tests.training.conftest import SECRET, lose
from training import lease, ner, reaper, reports, runs, snapshots
from training.actions import runs as actions
from training.models import Dataset, ModelVersion, Run, Step
from training.pipelines import PIPELINES
from training.step_names import STEPS
from training.steps import release


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report reaches the row."""
    monkeypatch.setattr(reports, "REPORT_SECONDS", 0.0)


# Asking -------------------------------------------------------------------------------------------------------------
def test_start_training_without_gold_is_refused(project: Project, cast: Cast) -> None:
    with pytest.raises(ActionError, match="Clinic has no gold to train on"):
        actions.start_training(project=project, by=cast.lead)
    assert not Run.objects.exists()


def test_start_training_a_second_time_is_refused_while_the_first_is_unfinished(run: Run, cast: Cast) -> None:
    with pytest.raises(TooLate, match=f"Run {run.pk} trains Clinic already"):
        actions.start_training(project=run.project, by=cast.lead)
    actions.cancel(run=run)
    assert actions.start_training(project=run.project, by=cast.lead).pk != run.pk


def test_start_training_shows_the_whole_road(run: Run) -> None:
    names = list(run.steps.order_by("position").values_list("name", flat=True))
    assert names == [spec.name for spec in PIPELINES["pipeline"]]
    assert (len(names), names[0], names[-1]) == (15, "ingest", "reference")
    assert {kind: tuple(spec.name for spec in specs) for kind, specs in PIPELINES.items()} == STEPS


@pytest.mark.django_db(transaction=True)
def test_start_training_twice_at_once_starts_one(project: Project, cast: Cast, gold_notes: list[Note]) -> None:
    made = together(*[lambda: actions.start_training(project=project, by=cast.lead)] * 4)
    assert sum(isinstance(one, Run) for one in made) == 1
    assert sum(isinstance(one, TooLate) for one in made) == 3
    assert Run.objects.count() == 1


# Claiming -----------------------------------------------------------------------------------------------------------
def test_claim_a_second_time_gets_nothing(run: Run) -> None:
    claimed = runs.claim(run.pk)
    assert claimed is not None
    assert (claimed.attempt, claimed.status) == (1, Run.Status.RUNNING)
    assert claimed.environment["spacy"]
    assert runs.claim(run.pk) is None
    assert runs.claim(10**9) is None


@pytest.mark.django_db(transaction=True)
def test_claim_at_once_gives_the_run_to_one(run: Run) -> None:
    claimed = together(*[lambda: runs.claim(run.pk)] * 8)
    assert [one for one in claimed if isinstance(one, Exception)] == []
    assert sum(one is not None for one in claimed) == 1
    run.refresh_from_db()
    assert run.attempt == 1


def test_execute_a_second_time_does_nothing(run: Run, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    with_model(monkeypatch, trained)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.WAITING, run.error
    done = run.steps.filter(position__lt=STEPS["pipeline"].index("approval"))
    assert set(done.values_list("status", "progress")) == {(Step.Status.SUCCEEDED, 1.0)}
    assert list(run.steps.filter(status=Step.Status.WAITING).values_list("name", flat=True)) == ["approval"]
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempt) == (Run.Status.WAITING, 1)
    assert ModelVersion.objects.filter(run=run).count() == 1


# Cancelling ---------------------------------------------------------------------------------------------------------
def test_cancel_a_queued_run_is_never_started(run: Run) -> None:
    actions.cancel(run=run)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempt) == (Run.Status.CANCELLED, 0)
    assert set(run.steps.values_list("status", flat=True)) == {Step.Status.CANCELLED}
    assert not Dataset.objects.exists()


def test_cancel_a_second_time_is_refused(run: Run) -> None:
    actions.cancel(run=run)
    with pytest.raises(TooLate, match="is over already"):
        actions.cancel(run=run)


@pytest.mark.django_db(transaction=True)
def test_cancel_while_training_stops_the_work_and_leaves_no_model(run: Run, at_once: None, settings: Any) -> None:
    work = threading.Thread(target=lambda: (runs.execute(run.pk), connection.close()))
    work.start()
    try:
        training = run.steps.filter(name="train", status=Step.Status.RUNNING, progress__gt=0)
        assert eventually(training.exists, 20)
    finally:
        actions.cancel(run=run)
        work.join(10)
    assert not work.is_alive()
    run.refresh_from_db()
    assert (run.status, run.error) == (Run.Status.CANCELLED, "")
    assert run.steps.get(name="train").status == Step.Status.CANCELLED
    assert not ModelVersion.objects.exists()
    assert not settings.MODELS_DIR.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["cancelled", "taken back"])
def test_lease_lost_in_the_last_step_leaves_no_model(
    run: Run, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    with_model(monkeypatch, trained)
    standing_after = release.standing_after

    def somebody_else_is_quicker(*arguments: Any) -> Any:
        def act() -> None:
            if how == "cancelled":
                actions.cancel(run=run)
            else:
                lose(run)
                assert reaper.reap() == [run.pk]

        assert together(act) == [None]
        return standing_after(*arguments)

    monkeypatch.setattr(release, "standing_after", somebody_else_is_quicker)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == (Run.Status.CANCELLED if how == "cancelled" else Run.Status.QUEUED)
    assert not ModelVersion.objects.exists()
    assert run.metrics == {}
    monkeypatch.setattr(release, "standing_after", standing_after)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status == Run.Status.WAITING) == (how == "taken back"), run.error
    assert ModelVersion.objects.count() == (how == "taken back")


@pytest.mark.django_db(transaction=True)
def test_cancel_and_claim_at_once_never_leaves_a_cancelled_run_running(run: Run) -> None:
    together(lambda: runs.claim(run.pk), lambda: runs.cancel(run))
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED
    with pytest.raises(lease.LeaseLost):
        lease.Lease(run.pk, max(run.attempt, 1)).renew()


# Failing ------------------------------------------------------------------------------------------------------------
def test_execute_with_gold_of_one_label_says_so(project: Project, cast: Cast, gold_notes: list[Note]) -> None:
    for row in gold_notes[0].project.annotations.all():
        row.spans_json = [span for span in row.spans_json if span["label"] == "DISEASE"]
        row.save()
    run = actions.start_training(project=project, by=cast.lead)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert "has only DISEASE spans, none of TREATMENT" in run.error
    assert dict(run.steps.values_list("name", "status"))["baseline"] == Step.Status.FAILED
    assert not ModelVersion.objects.exists()


@pytest.mark.parametrize("kind", [KeyError, ValueError, FloatingPointError])
def test_execute_with_an_unforeseen_error_keeps_its_message_out_of_row_and_log(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: type[Exception]
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise kind(SECRET)

    instead_of_training(monkeypatch, fail)
    caplog.handler.setFormatter(logging.getLogger().handlers[0].formatter)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert run.error.startswith(f"{kind.__name__} in step baseline")
    assert SECRET not in run.error
    assert run.steps.get(name="baseline").status == Step.Status.FAILED
    assert run.steps.get(name="package").status == Step.Status.PENDING


def test_execute_that_fails_in_the_last_step_names_it(
    run: Run, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise KeyError(SECRET)

    with_model(monkeypatch, trained)
    monkeypatch.setattr(release, "standing_after", fail)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert run.error.startswith("KeyError in step register")
    assert run.steps.get(name="register").status == Step.Status.FAILED
    assert not ModelVersion.objects.exists()


# A database that restarts -------------------------------------------------------------------------------------------
def cut_off() -> None:
    """End this thread's database session from another one, as a restart of PostgreSQL does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()


@pytest.mark.django_db(transaction=True)
def test_run_goes_on_when_the_database_restarts_in_training(
    run: Run, trained: ner.Trained, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*arguments: Any) -> ner.Trained:
        on_progress = arguments[-1]
        cut_off()
        on_progress(ner.Progress(step=1, total=2, loss=0.0, dev_f1=None, words_per_second=1.0))
        cut_off()
        return trained

    instead_of_training(monkeypatch, work)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempt, run.error) == (Run.Status.WAITING, 1, "")


@pytest.mark.django_db(transaction=True)
def test_run_is_left_to_the_reaper_when_the_database_restarts_in_a_short_step(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_and_read(**_: Any) -> Dataset:
        cut_off()
        return Dataset.objects.get(pk=1)

    monkeypatch.setattr(snapshots, "seal", cut_and_read)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.RUNNING
    lose(run)
    assert reaper.reap() == [run.pk]
