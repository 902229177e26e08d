"""Runs: claimed once, stopped when cancelled or lost, taken back by the reaper, and silent about what they read."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from annotation.errors import ActionError, TooLate
from annotation.models import Note, Project
from tests.conftest import Cast
from tests.faults.processes import eventually
from tests.together import together
from training import lease, ner, runs, steps
from training.actions import runs as actions
from training.models import Dataset, ModelVersion, Run, Step

SECRET = "Mrs Canary, HIV positive"
LONG_AGO = timedelta(hours=1)


@pytest.fixture
def run(project: Project, cast: Cast, gold_notes: list[Note]) -> Run:
    return actions.start_training(project=project, by=cast.lead)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report reaches the row."""
    monkeypatch.setattr(runs, "REPORT_SECONDS", 0.0)


def instead_of_training(monkeypatch: pytest.MonkeyPatch, work: Callable[..., Any]) -> None:
    monkeypatch.setattr(steps.ner, "train", work)


def lose(run: Run) -> None:
    """As if its worker had been killed an hour ago."""
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - LONG_AGO)


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
    assert names == ["snapshot", "train", "package", "evaluate", "register"]


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
    instead_of_training(monkeypatch, lambda *_, **__: trained)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.SUCCEEDED
    assert set(run.steps.values_list("status", "progress")) == {(Step.Status.SUCCEEDED, 1.0)}
    ended = run.ended_at
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.ended_at, run.attempt) == (ended, 1)
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
    instead_of_training(monkeypatch, lambda *_, **__: trained)
    evaluations = steps._evaluations

    def somebody_else_is_quicker(*arguments: Any) -> Any:
        def act() -> None:
            if how == "cancelled":
                actions.cancel(run=run)
            else:
                lose(run)
                assert runs.reap() == [run.pk]

        assert together(act) == [None]
        return evaluations(*arguments)

    monkeypatch.setattr(steps, "_evaluations", somebody_else_is_quicker)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == (Run.Status.CANCELLED if how == "cancelled" else Run.Status.QUEUED)
    assert not ModelVersion.objects.exists()
    assert run.metrics == {}
    monkeypatch.setattr(steps, "_evaluations", evaluations)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status == Run.Status.SUCCEEDED) == (how == "taken back"), run.error
    assert ModelVersion.objects.count() == (how == "taken back")


@pytest.mark.django_db(transaction=True)
def test_cancel_and_claim_at_once_never_leaves_a_cancelled_run_running(run: Run) -> None:
    together(lambda: runs.claim(run.pk), lambda: runs.cancel(run))
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED
    with pytest.raises(lease.LeaseLost):
        lease.Lease(run.pk, max(run.attempt, 1)).renew()


# Losing the worker --------------------------------------------------------------------------------------------------
def test_renew_by_an_earlier_attempt_is_refused(run: Run) -> None:
    runs.claim(run.pk)
    lose(run)
    runs.reap()
    runs.claim(run.pk)
    lease.Lease(run.pk, 2).renew()
    with pytest.raises(lease.LeaseLost):
        lease.Lease(run.pk, 1).renew()


def test_reap_leaves_a_living_run_alone(run: Run) -> None:
    runs.claim(run.pk)
    assert runs.reap() == []
    run.refresh_from_db()
    assert run.status == Run.Status.RUNNING


def test_reap_queues_a_lost_run_again_then_fails_it(run: Run) -> None:
    runs.claim(run.pk)
    lose(run)
    assert runs.reap() == [run.pk]
    run.refresh_from_db()
    assert (run.status, run.heartbeat_at) == (Run.Status.QUEUED, None)
    for _ in range(runs.MAX_ATTEMPTS - 2):
        runs.claim(run.pk)
        lose(run)
        assert runs.reap() == [run.pk]
    runs.claim(run.pk)
    Step.objects.filter(run=run, name="snapshot").update(status=Step.Status.RUNNING)
    lose(run)
    assert runs.reap() == []
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert f"Lost its worker {runs.MAX_ATTEMPTS} times" in run.error
    assert run.steps.get(name="snapshot").status == Step.Status.FAILED


def test_reap_repeats_a_nudge_that_brought_nobody(run: Run) -> None:
    assert runs.reap() == [], "it was told of a moment ago"
    Run.objects.filter(pk=run.pk).update(nudged_at=timezone.now() - LONG_AGO)
    assert runs.reap() == [run.pk]
    assert runs.reap() == []


def test_claim_after_reap_starts_with_clean_steps(run: Run) -> None:
    runs.claim(run.pk)
    Step.objects.filter(run=run).update(status=Step.Status.RUNNING, progress=0.7, message="half", outputs={"a": 1})
    lose(run)
    runs.reap()
    runs.claim(run.pk)
    assert set(run.steps.values_list("status", "progress", "message")) == {(Step.Status.PENDING, 0.0, "")}


@pytest.mark.django_db(transaction=True)
def test_heartbeat_renews_from_a_thread_of_its_own(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "HEARTBEAT_SECONDS", 0.02)
    claimed = runs.claim(run.pk)
    assert claimed is not None
    lose(run)
    with lease.Heartbeat(lease.Lease(run.pk, 1)):
        assert eventually(lambda: Run.objects.get(pk=run.pk).heartbeat_at > timezone.now() - timedelta(minutes=1), 5)
    assert runs.reap() == []


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
    assert dict(run.steps.values_list("name", "status"))["train"] == Step.Status.FAILED
    assert not ModelVersion.objects.exists()


@pytest.mark.parametrize("kind", [KeyError, ValueError, OSError])
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
    assert run.error.startswith(f"{kind.__name__} in step train")
    assert SECRET not in run.error
    assert run.steps.get(name="train").status == Step.Status.FAILED
    assert run.steps.get(name="package").status == Step.Status.PENDING


def test_execute_that_fails_in_the_last_step_names_it(
    run: Run, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise KeyError(SECRET)

    instead_of_training(monkeypatch, lambda *_, **__: trained)
    monkeypatch.setattr(steps, "_evaluations", fail)
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
    def work(*_: Any, on_progress: Callable[[ner.Progress], None], **__: Any) -> ner.Trained:
        cut_off()
        on_progress(ner.Progress(step=1, total=2, loss=0.0, dev_f1=None, words_per_second=1.0))
        cut_off()
        return trained

    instead_of_training(monkeypatch, work)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.attempt, run.error) == (Run.Status.SUCCEEDED, 1, "")


@pytest.mark.django_db(transaction=True)
def test_run_is_left_to_the_reaper_when_the_database_restarts_in_a_short_step(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_and_read(**_: Any) -> Dataset:
        cut_off()
        return Dataset.objects.get(pk=1)

    monkeypatch.setattr(steps.snapshots, "seal", cut_and_read)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.RUNNING
    lose(run)
    assert runs.reap() == [run.pk]


# Uploads ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def ingest(project: Project, cast: Cast, settings: Any) -> Run:
    (settings.UPLOADS_DIR / "one").mkdir(parents=True)
    (settings.UPLOADS_DIR / "one" / "up").write_text('{"id": "n1", "text": "Asthma.", "entities": []}\n')
    params = {"format": "jsonl", "gold": True, "label_map": {}}
    return actions.start_import(project=project, by=cast.lead, upload="one/up", params=params)


def test_upload_is_gone_when_its_run_succeeded(ingest: Run, settings: Any) -> None:
    runs.execute(ingest.pk)
    ingest.refresh_from_db()
    assert ingest.status == Run.Status.SUCCEEDED, ingest.error
    assert not list(settings.UPLOADS_DIR.iterdir())
    assert Note.objects.get().text == "Asthma."


def test_upload_is_gone_when_its_run_failed(ingest: Run, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(steps.imports, "import_file", fail)
    runs.execute(ingest.pk)
    ingest.refresh_from_db()
    assert ingest.status == Run.Status.FAILED
    assert not list(settings.UPLOADS_DIR.iterdir())


def test_upload_is_gone_when_its_run_was_cancelled(ingest: Run, settings: Any) -> None:
    actions.cancel(run=ingest)
    assert not list(settings.UPLOADS_DIR.iterdir())


def test_upload_stays_until_its_run_is_over(ingest: Run, settings: Any) -> None:
    runs.claim(ingest.pk)
    lose(ingest)
    runs.reap()
    assert list(settings.UPLOADS_DIR.iterdir())
    for _ in range(runs.MAX_ATTEMPTS - 1):
        runs.claim(ingest.pk)
        lose(ingest)
        runs.reap()
    assert not list(settings.UPLOADS_DIR.iterdir())


def test_upload_is_read_again_when_the_worker_was_lost_after_reading(ingest: Run) -> None:
    claimed = runs.claim(ingest.pk)
    assert claimed is not None
    steps.ingest(steps.Context(run=claimed, progress=lambda share, message: None))
    lose(ingest)
    runs.reap()
    runs.execute(ingest.pk)
    ingest.refresh_from_db()
    assert ingest.status == Run.Status.SUCCEEDED, ingest.error
    assert ingest.steps.get().outputs["duplicate"] == 1
