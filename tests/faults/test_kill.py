"""Kill -9 of a worker in the middle of a training, and of a web process under load."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from annotation.models import Client, Note, Project
from tests.conftest import Cast
from tests.faults.processes import eventually
from tests.pipelines import judge_few_notes
from tests.stack import Stack, kill_group
from training import reaper, tasks
from training.actions import runs as actions
from training.models import Deployment, ModelVersion, Prediction, Run, Step

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_kill_of_the_training_worker_hands_the_run_to_another(
    project: Project, cast: Cast, gold_notes: list[Note], stack: Stack
) -> None:
    judge_few_notes(project)
    first = stack.worker("training")
    settings = {"max_steps": 40, "min_steps": 40, "eval_every": 20}
    run = actions.start_training(project=project, by=cast.lead, params={"settings": settings})
    training = run.steps.filter(name="train", status=Step.Status.RUNNING, progress__gt=0)
    assert eventually(training.exists, 40), stack.log("worker")
    kill_group(first)
    run.refresh_from_db()
    assert (run.status, run.attempt) == (Run.Status.RUNNING, 1)
    assert reaper.reap() == [], "it may still live: its heartbeat is fresh"
    stack.worker("training")
    # Not to wait half a minute.
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    tasks.reap()
    assert eventually(Run.objects.filter(pk=run.pk, status=Run.Status.WAITING).exists, 90), stack.log("worker")
    run.refresh_from_db()
    assert (run.status, run.attempt, run.error) == (Run.Status.WAITING, 2, "")
    # What the first worker had finished stands.
    assert run.steps.get(name="snapshot").attempt == 1
    assert run.steps.get(name="train").attempt == 2
    model = ModelVersion.objects.get()
    assert model.status == ModelVersion.Status.PENDING_APPROVAL
    assert [path.name for path in model.path.parent.iterdir()] == [f"run-{run.pk}-2"]
    assert not Deployment.objects.exists()


def test_kill_of_a_web_process_under_load_is_mended_by_its_master(
    champion: Deployment, api_key: tuple[Client, str], stack: Stack
) -> None:
    master = stack.web()
    stop, answered, broken = threading.Event(), [], []

    def ask(number: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            name = f"load-{number}-{turn}"
            data = json.dumps({"documents": [{"id": name, "text": "k/c/o T2DM on Tab Metformin."}]}).encode()
            headers = {"Authorization": f"Bearer {api_key[1]}", "Content-Type": "application/json"}
            request = urllib.request.Request(f"{stack.url}/api/v1/extract", data, headers)
            try:
                with urllib.request.urlopen(request, timeout=10) as response:
                    answered.append((name, json.load(response)["model"]["version"]))
            except (urllib.error.URLError, http.client.HTTPException, OSError):
                broken.append(name)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert eventually(lambda: len(answered) > 20, 20), stack.log("web")
        victim, *others = children_of(master.pid)
        assert others
        os.kill(victim, signal.SIGKILL)
        replaced = lambda: victim not in (now := children_of(master.pid)) and len(now) == 2  # noqa: E731
        assert eventually(replaced, 10), stack.log("web")
        before = len(answered)
        assert eventually(lambda: len(answered) > before + 40, 20), stack.log("web")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert master.poll() is None
    assert len(broken) <= len(threads), "only what the killed process had in hand"

    def stored() -> set[str]:
        return set(Prediction.objects.values_list("note__external_id", flat=True))

    # What the killed process had not written yet, the one after it finds in the journal.
    assert eventually(lambda: {name for name, _ in answered} <= stored(), 40), stack.log("web")
    connection.close()
