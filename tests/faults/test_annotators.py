"""Annotators at work while web processes are killed under them: nothing is lost, doubled or given to two."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from annotation.actions import notes, projects
from annotation.models import Note, Project, Role, Task, User
from annotation.synthetic import generate
from tests.annotators import Annotator, Browser, Ledger
from tests.conftest import add_notes
from tests.faults.processes import eventually
from tests.faults.test_kill import children_of
from tests.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_annotators_lose_nothing_when_web_processes_are_killed(project: Project, stack: Stack) -> None:
    project.double_share = 0.3
    project.save()
    rows: list[Note] = add_notes(project, list(generate(60, seed=11)))
    notes.open_tasks(project=project, notes=rows, reason=Task.Reason.LABEL)
    people = [User.objects.create_user(f"annotator-{number}") for number in range(6)]
    for user in people:
        projects.add_member(project=project, user=user, roles=[Role.ANNOTATOR])
    master = stack.web()
    ledger, stop = Ledger(), threading.Event()
    browsers = [Browser(stack.url, user, timeout=10) for user in people]
    workers = [Annotator(browser, project, ledger, stop, pace=0.02) for browser in browsers]
    for worker in workers:
        worker.start()
    try:
        for kill in range(1, 4):
            assert eventually(lambda kill=kill: len(ledger.saved) >= 12 * kill, 20), stack.log("web")
            os.kill(children_of(master.pid)[0], signal.SIGKILL)
            assert eventually(lambda: len(children_of(master.pid)) == 2, 10)
        assert eventually(lambda: len(ledger.saved) >= 60, 30), stack.log("web")
    finally:
        stop.set()
        for worker in workers:
            worker.join(30)
    assert not any(worker.is_alive() for worker in workers)
    assert (ledger.problems(), ledger.refused) == ([], [])
