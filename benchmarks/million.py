"""Lists, search and the queue with 1,000,000 notes. With DATABASE_URL, or on the embedded services:

    .venv/bin/python -m webapp.holding .venv/bin/python benchmarks/million.py [--notes 1000000] [--keep]

Fills a database of its own (made anew; dropped afterwards unless --keep; --reuse takes the one that was kept) with
encrypted notes, their index rows, annotations and tasks, and asks the real views through Django's test client. Prints
p50 and p95 of each kind of request in milliseconds; the target is a p95 below 100.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

from django.db import connection
from django.test import Client
from million_fill import Fill
from timed_requests import Ask, Clock, own_database

from annotation.actions import projects, tasks
from annotation.models import NoteIndex, Project, Role, User
from annotation.search.ordering import Sort
from webapp.signin import BACKEND

NAME = "marginalia_million"
TARGET = 100.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=60, help="requests of each kind")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--reuse", action="store_true")
    options = parser.parse_args()
    with own_database(NAME, keep=options.keep, reuse=options.reuse, fill=lambda: fill(options.notes)):
        Bench(options.rounds).run()


def fill(count: int) -> None:
    project = projects.create(name="Million", slug="million", guidelines="## Scope\nDiseases and treatments.")
    people = [User.objects.create_user(f"annotator{n}", password=None) for n in range(8)]
    for user in people:
        projects.add_member(project=project, user=user, roles=[Role.ANNOTATOR, Role.REVIEWER])
    began = time.perf_counter()
    Fill(project, people, count).run()
    print(f"filled in {time.perf_counter() - began:.0f} s; database: {size()}", flush=True)


def size() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_size_pretty(pg_database_size(current_database())),"
            " pg_size_pretty(pg_relation_size('note_index_terms')),"
            " pg_size_pretty(pg_table_size('annotation_noteindex')),"
            " pg_size_pretty(pg_table_size('annotation_note'))"
        )
        return "{} (index of the terms {}, index rows {}, notes {})".format(*cursor.fetchone())


class Bench:
    """Each kind of request, `rounds` times with other values."""

    def __init__(self, rounds: int) -> None:
        self.clock = Clock(rounds, width=52)
        self.random = random.Random(5)
        self.project = Project.objects.get(slug="million")
        self.people = list(User.objects.filter(username__startswith="annotator").order_by("pk"))
        self.browser = Client()
        self.browser.force_login(self.people[0], backend=BACKEND)
        self.url = f"/p/{self.project.slug}/notes/"

    def run(self) -> None:
        print(f"{NoteIndex.objects.count():,} notes, {self.project.tasks.filter(status='open').count():,} open tasks")
        self.browser.get(self.url)
        worst = max(self.clock.all(self.kinds()).values())
        print(f"worst p95 {worst:.1f} ms, target {TARGET:.0f}: {'reached' if worst < TARGET else 'MISSED'}")

    def kinds(self) -> Iterator[tuple[str, Ask]]:
        yield "list, newest", self.get
        yield "list, deep page", lambda: self.get(at=f"after-{self.random.randrange(1000, 900_000)}")
        for sort in (Sort.ANNOTATED, Sort.DOUBT, Sort.DISAGREEMENT):
            yield f"list, {sort.words.lower()}", lambda sort=sort: self.get(sort=sort.slug)
        yield from self.searches()
        yield from self.filters()
        yield "note page", lambda: self.browser_get(f"/notes/{self.random.randrange(1, 400_000)}/")
        yield "next task, taken and given back", self.next_task

    def searches(self) -> Iterator[tuple[str, Ask]]:
        """Each search is a form sent and its answer's page fetched: both are in the time."""
        for name, typed in (
            ("word of every note", "pt"), ("common word", "diabetes"), ("word of about 1 %", "thyroid"),
            ("two words", "diabetes metformin"), ("three words that seldom meet", "dengue metformin psoriasis"),
            ("word that is nowhere", "xylophone"), ("entity", '"diabetes"'),
        ):  # fmt: skip
            yield f"search, {name}", lambda typed=typed: self.search(typed)
        yield "search, rare word (about 20 notes)", lambda: self.search(Fill.rare(self.random))
        yield "search, common word, sorted by doubt", lambda: self.search("diabetes", sort="doubt")
        yield "search, rare word, sorted by doubt", lambda: self.search(Fill.rare(self.random), sort="doubt")
        yield "search, entity with label and facet", lambda: self.search('"diabetes"', label="DISEASE", city="Pune")

    def filters(self) -> Iterator[tuple[str, Ask]]:
        """Gold stands on the oldest 40 % of the notes only, so that a walk from the newest would be long."""
        who = str(self.people[3].pk)
        for name, asked in (
            ("status gold", {"status": "gold"}), ("status and label", {"status": "gold", "label": "TREATMENT"}),
            ("one annotator", {"annotator": who}),
            ("one annotator, annotated last", {"annotator": who, "sort": "annotated"}),
            ("two facets", {"city": "Pune", "specialty": "dermatology"}),
            ("received in a month", {"received_from": "2024-02-01", "received_to": "2024-02-29"}),
            ("annotated since a day, and a facet", {"annotated_from": "2024-06-01", "city": "Pune"}),
            ("open task", {"reason": "label"}), ("disagreement at least .5", {"disagreement": "0.5"}),
            ("disagreement at least .5, most disagreed", {"disagreement": "0.5", "sort": "disagreement"}),
            ("score at most .3, least certain", {"score": "0.3", "sort": "doubt"}),
            ("status gold, most disagreed", {"status": "gold", "sort": "disagreement"}),
            ("open task and facet, least certain", {"reason": "label", "city": "Pune", "sort": "doubt"}),
            ("gold, least certain (none is both)", {"status": "gold", "sort": "doubt"}),
        ):  # fmt: skip
            yield f"filter, {name}", lambda asked=asked: self.get(**asked)

    def get(self, **asked: str) -> None:
        self.browser_get(self.url, asked)

    def search(self, typed: str, **asked: str) -> None:
        answer = self.browser.post(f"{self.url}find/", {"words": typed, **asked})
        assert answer.status_code == 302, answer.status_code
        self.browser_get(answer.headers["Location"])

    def browser_get(self, url: str, asked: dict[str, str] | None = None) -> None:
        answer = self.browser.get(url, asked or {})
        assert answer.status_code == 200, (url, answer.status_code)

    def next_task(self) -> None:
        who = self.random.choice(self.people)
        task = tasks.take_next(project=self.project, by=who)
        assert task
        tasks.give_back(task=task, by=who)


if __name__ == "__main__":
    main()
