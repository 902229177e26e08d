"""Lineage pages with 100,000 notes, 5 datasets, 20 models and 300,000 predictions. On the embedded services:

    .venv/bin/python -m webapp.holding .venv/bin/python benchmarks/lineage.py [--notes 100000] [--keep]

Fills a database of its own (made anew; dropped afterwards unless --keep; --reuse takes the one that was kept) and asks
the real pages through Django's test client. Prints p50 and p95 in milliseconds, with the processor time of Python and
PostgreSQL, as benchmarks/million.py does; the target of the lineage pages is a p95 below 1,000.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

from django.core.cache import cache
from django.test import Client
from lineage_fill import Fill, request_of
from timed_requests import Ask, Clock, own_database

from annotation.actions import projects
from annotation.models import Note, Project, Role, User
from training.models import Dataset, DatasetItem, ModelVersion, Prediction
from webapp.signin import BACKEND

NAME = "marginalia_lineage"
TARGET = 1000.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=30, help="requests of each kind")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--reuse", action="store_true")
    options = parser.parse_args()
    with own_database(NAME, keep=options.keep, reuse=options.reuse, fill=lambda: fill(options.notes)):
        Bench(options.rounds).run()


def fill(count: int) -> None:
    project = projects.create(name="Lineage", slug="lineage", guidelines="## Scope\nDiseases and treatments.")
    people = [User.objects.create_user(f"annotator{n}", password=None) for n in range(8)]
    for user in people:
        projects.add_member(project=project, user=user, roles=[Role.REVIEWER, Role.ML_LEAD])
    began = time.perf_counter()
    Fill(project, people, count).run()
    print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)


class Bench:
    """Each page, `rounds` times with other rows."""

    def __init__(self, rounds: int) -> None:
        self.clock = Clock(rounds, width=44)
        self.random = random.Random(5)
        self.project = Project.objects.get(slug="lineage")
        self.browser = Client()
        self.browser.force_login(User.objects.get(username="annotator0"), backend=BACKEND)
        self.models = list(ModelVersion.objects.order_by("pk").values_list("pk", "run_id"))
        self.datasets = list(Dataset.objects.filter(kind="snapshot").order_by("pk").values_list("pk", flat=True))
        self.test_sets = list(Dataset.objects.filter(kind="test").values_list("pk", flat=True))
        self.last = {model: model.objects.latest("pk").pk for model in (Prediction, Note)}

    def run(self) -> None:
        print(f"{DatasetItem.objects.count():,} rows of datasets, {self.last[Prediction]:,} predictions")
        self.get(f"/p/{self.project.slug}/lineage/")
        found = self.clock.all(self.kinds())
        worst = max(p95 for name, p95 in found.items() if name.startswith("lineage"))
        print(f"lineage: worst p95 {worst:.1f} ms, target {TARGET:.0f}: {'reached' if worst < TARGET else 'MISSED'}")

    def kinds(self) -> Iterator[tuple[str, Ask]]:
        slug, pick = self.project.slug, self.random
        yield "lineage of a note", lambda: self.get(f"/notes/{pick.randrange(1, self.last[Note])}/lineage/")
        yield (
            "lineage of a prediction",
            lambda: self.get(f"/p/{slug}/lineage/predictions/{pick.randrange(1, self.last[Prediction])}/"),
        )
        yield "lineage of a model", lambda: self.get(f"/models/{pick.choice(self.models)[0]}/lineage/")
        yield "lineage of the oldest model", lambda: self.get(f"/models/{self.models[0][0]}/lineage/")
        yield "lineage of a run", lambda: self.get(f"/runs/{pick.choice(self.models)[1]}/lineage/")
        yield "lineage of a dataset", lambda: self.get(f"/datasets/{pick.choice(self.datasets)}/lineage/")
        yield "lineage of a test set", lambda: self.get(f"/datasets/{pick.choice(self.test_sets)}/lineage/")
        yield "search, a request's id", lambda: self.find(str(self.request()))
        yield "search, the platform's id of a note", lambda: self.find(f"m{pick.randrange(1, self.last[Note])}")
        yield "list of datasets", lambda: self.get(f"/p/{slug}/datasets/")
        yield "page of a dataset, facets counted anew", self.dataset
        yield "notes of a dataset, deep page", lambda: self.notes(after=str(pick.randrange(1, self.last[Note])))
        yield "notes of a dataset, by split and label", lambda: self.notes(split="test", label="TREATMENT")

    def dataset(self) -> None:
        cache.clear()
        self.get(f"/datasets/{self.random.choice(self.datasets)}/")

    def notes(self, **asked: str) -> None:
        self.get(f"/datasets/{self.random.choice(self.datasets)}/notes/", asked)

    def request(self) -> uuid.UUID:
        return request_of(self.random.randrange(1, self.last[Prediction]))

    def get(self, url: str, asked: dict[str, str] | None = None) -> None:
        answer = self.browser.get(url, asked or {})
        assert answer.status_code == 200, (url, answer.status_code)

    def find(self, typed: str) -> None:
        answer = self.browser.post(f"/p/{self.project.slug}/lineage/find/", {"typed": typed})
        assert answer.status_code in (200, 302), answer.status_code
        assert answer.headers.get("Location") != f"/p/{self.project.slug}/lineage/", "not found"


if __name__ == "__main__":
    main()
