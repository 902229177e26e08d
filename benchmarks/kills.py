"""Pipelines while their workers are killed thirty times: ``.venv/bin/python -m benchmarks.kills [--kills 30]``.

Starts the whole product on a new data folder, keeps trainings of several projects going, and sends SIGKILL to a
training worker, its child or PostgreSQL at random moments. At the end every run must wait for approval or have failed
for the reason that is true, none may be "running" a minute after the last kill, and every listed model must be whole.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
DATA = Path(tempfile.mkdtemp(prefix="kills-")) / "data"
os.environ |= {"MARGINALIA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "webapp.settings"}

import django

django.setup()

from django.db import OperationalError, connection

from annotation.actions import notes, people, projects, revisions
from annotation.models import Note, Project
from annotation.synthetic import generate
from tests.faults.processes import pids
from tests.faults.product import Product
from training.actions import rules
from training.actions import runs as actions
from training.artefacts import verify
from training.models import ModelVersion, Run

SETTINGS = {"max_steps": 30, "min_steps": 30, "eval_every": 15}
VICTIMS = ("celery", "celery", "celery", "bin/postgres")


def clinic(number: int) -> Project:
    project = projects.create(name=f"kills {number}", slug=f"kills-{number}")
    rules.change(project=project, values={"slice_notes": 5, "slice_entities": 5, "automatic": False}, by=None)
    made = list(generate(80, seed=number))
    news = [notes.NewNote(n.external_id, n.text, n.patient, n.doctor, n.facets) for n in made]
    rows = notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
    spans = {row.pk: note.spans for row, note in zip(rows, made, strict=True)}
    revisions.add_imported(project=project, spans=spans, by=people.system("trainer"), gold=True)
    return project


def keep_going(some: list[Project]) -> None:
    """A project without a training gets one."""
    for project in some:
        if not Run.objects.in_work().filter(project=project).exists():
            params = {"recipe": "spacy", "settings": SETTINGS, "fresh": True}
            actions.start_training(project=project, by=people.system("trainer"), params=params)


def kill(word: str, dice: random.Random) -> bool:
    found = pids(DATA, word, "training@") if word == "celery" else pids(DATA, word)[:1]
    if found:
        os.kill(dice.choice(found), signal.SIGKILL)
    return bool(found)


def settled() -> bool:
    return not Run.objects.in_work().exists()


def patiently(work: object) -> None:
    """PostgreSQL may just be down."""
    try:
        work()  # type: ignore[operator]
    except OperationalError:
        connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    options = parser.parse_args()
    product, dice, killed = Product(DATA), random.Random(4), Counter[str]()
    try:
        product.wait_until_up()
        some = [clinic(number) for number in range(3)]
        while killed.total() < options.kills:
            patiently(lambda: keep_going(some))
            time.sleep(2 + 8 * dice.random())
            word = dice.choice(VICTIMS)
            if kill(word, dice):
                killed[word] += 1
                print(f"{killed.total()} killed {word}", flush=True)
        report(killed)
    finally:
        product.process.send_signal(signal.SIGINT)
        product.process.wait(60)


def report(killed: Counter[str]) -> None:
    time.sleep(60)
    patiently(connection.ensure_connection)
    stale = [run.pk for run in Run.objects.filter(status=Run.Status.RUNNING) if run.heartbeat_at is None or _old(run)]
    print(f"{killed.total()} kills: {dict(killed)}; {len(stale)} runs called running without a living worker")
    until = time.monotonic() + 600
    while not settled() and time.monotonic() < until:
        time.sleep(2)
    print(f"runs: {dict(Counter(Run.objects.values_list('status', flat=True)))}")
    for run in Run.objects.filter(status=Run.Status.FAILED):
        print(f"run {run.pk} after {run.lost} lost workers: {run.error}")
    models = list(ModelVersion.objects.all())
    for model in models:
        verify(model)
    print(f"{len(models)} models listed, each whole; {Run.objects.filter(lost__gt=0).count()} runs had lost a worker")


def _old(run: Run) -> bool:
    assert run.heartbeat_at
    return time.time() - run.heartbeat_at.timestamp() > 60


if __name__ == "__main__":
    main()
