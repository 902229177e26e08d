"""The whole product on a new data folder, with a champion trained on generated notes. Import it before any model."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
DATA = Path(tempfile.mkdtemp(prefix="bench-")) / "data"
os.environ |= {"MARGINALIA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "webapp.settings"}

import django

django.setup()

from annotation.actions import clients, notes, people, projects, revisions
from annotation.models import Note, Project
from annotation.synthetic import generate
from monitoring.actions import decisions
from tests.faults.product import Product
from training import runs
from training.actions import rules
from training.actions import runs as actions
from training.models import ModelVersion, Run

QUICK = {"max_steps": 200, "min_steps": 200, "eval_every": 50}


@contextmanager
def running() -> Iterator[Product]:
    """The product, up; stopped as by Ctrl-C in the end."""
    product = Product(DATA)
    try:
        product.wait_until_up()
        yield product
    finally:
        product.process.send_signal(signal.SIGINT)
        product.process.wait(60)


def clinic() -> tuple[Project, ModelVersion]:
    """A project with 300 gold notes and its first version in service."""
    project = projects.create(name="bench", slug="bench")
    few = {"slice_notes": 5, "slice_entities": 5, "automatic": False}
    rules.change(project=project, values=few, by=None)
    made = list(generate(300, seed=1))
    news = [notes.NewNote(n.external_id, n.text, n.patient, n.doctor, n.facets) for n in made]
    rows = notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
    spans = {row.pk: note.spans for row, note in zip(rows, made, strict=True)}
    revisions.add_imported(project=project, spans=spans, by=people.system("trainer"), gold=True)
    model = version(project)
    decisions.approve(model=model, by=people.system("approver"), reason="For the benchmark.")
    runs.execute(model.run_id)
    return project, model


def version(project: Project, seed: int = 0) -> ModelVersion:
    """A version that waits for approval, trained by the product's own worker."""
    params = {"settings": QUICK, "seed": seed} if seed else {"settings": QUICK}
    run = actions.start_training(project=project, by=people.system("trainer"), params=params)
    while Run.objects.get(pk=run.pk).status not in (Run.Status.WAITING, Run.Status.FAILED):
        time.sleep(0.5)
    return ModelVersion.objects.get(run=run)


def key_of(project: Project) -> str:
    """A new key that no limit holds back."""
    client, key = clients.create(
        project=project,
        name=f"bench {time.monotonic_ns()}",
        by=people.system("trainer"),
        scopes=["extract", "read"],
    )
    type(client).objects.filter(pk=client.pk).update(rate_per_minute=10_000_000, burst=1_000_000)
    return key
