"""Runs whose worker is lost are taken back; messages that brought nobody are sent again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.faults.processes import eventually
from tests.training.conftest import LONG_AGO, lose
from training import lease, reaper, runs
from training.models import Run, Step


def test_renew_by_an_earlier_attempt_is_refused(run: Run) -> None:
    runs.claim(run.pk)
    lose(run)
    reaper.reap()
    runs.claim(run.pk)
    lease.Lease(run.pk, 2).renew()
    with pytest.raises(lease.LeaseLost):
        lease.Lease(run.pk, 1).renew()


def test_reap_leaves_a_living_run_alone(run: Run) -> None:
    runs.claim(run.pk)
    assert reaper.reap() == []
    run.refresh_from_db()
    assert run.status == Run.Status.RUNNING


def test_reap_queues_a_lost_run_again_then_fails_it(run: Run) -> None:
    runs.claim(run.pk)
    lose(run)
    assert reaper.reap() == [run.pk]
    run.refresh_from_db()
    assert (run.status, run.heartbeat_at) == (Run.Status.QUEUED, None)
    for _ in range(reaper.MAX_ATTEMPTS - 2):
        runs.claim(run.pk)
        lose(run)
        assert reaper.reap() == [run.pk]
    runs.claim(run.pk)
    Step.objects.filter(run=run, name="snapshot").update(status=Step.Status.RUNNING)
    lose(run)
    assert reaper.reap() == []
    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert f"Lost its worker {reaper.MAX_ATTEMPTS} times" in run.error
    assert run.steps.get(name="snapshot").status == Step.Status.FAILED


def test_reap_repeats_a_nudge_that_brought_nobody(run: Run) -> None:
    assert reaper.reap() == [], "it was told of a moment ago"
    Run.objects.filter(pk=run.pk).update(nudged_at=timezone.now() - LONG_AGO)
    assert reaper.reap() == [run.pk]
    assert reaper.reap() == []


def test_claim_after_reap_starts_with_clean_steps(run: Run) -> None:
    runs.claim(run.pk)
    Step.objects.filter(run=run).update(status=Step.Status.RUNNING, progress=0.7, message="half", outputs={"a": 1})
    lose(run)
    reaper.reap()
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
    assert reaper.reap() == []
