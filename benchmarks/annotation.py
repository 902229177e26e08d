"""What an annotator and a team feel, on PostgreSQL: ``python3 dev.py run`` in one terminal, this in another.

    .venv/bin/python -m benchmarks.annotation http://127.0.0.1:8000 [--notes 10000] [--clients 16] [--seconds 10]

Makes a project of its own with notes of about 120 words and three suggestions each, uploads them on the import page,
and works on them as people's browsers do, over HTTP. Prints each figure beside its target, counts errors, and looks up
every answered save in the database. Needs the settings of the running server: its MARGINALIA_DATA or DATABASE_URL.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

from django.utils import timezone

from annotation.actions import projects
from annotation.actions.indexing import behind
from annotation.models import Annotation, Project, Role, Task, User
from annotation.synthetic import generate
from tests.annotators import Browser
from training.models import Run

SPANS = 3
SAMPLES = 100


@dataclass
class Bench:
    url: str
    notes: int
    clients: int
    seconds: float
    answered: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    errors: int = 0

    def __post_init__(self) -> None:
        mark = uuid.uuid4().hex[:8]
        self.lead = User.objects.create_user(f"bench-lead-{mark}")
        self.people = [User.objects.create_user(f"bench-{mark}-{n}") for n in range(self.clients)]
        self.project = self.make(f"bench-{mark}")
        self.golden = self.make(f"bench-{mark}-gold")
        self.desk = Browser(self.url, self.lead)

    def make(self, slug: str) -> Project:
        project = projects.create(name=slug, slug=slug)
        projects.add_member(project=project, user=self.lead, roles=[Role.ML_LEAD, Role.REVIEWER])
        for user in self.people:
            projects.add_member(project=project, user=user, roles=[Role.ANNOTATOR])
        return project

    # Import, list, export -----------------------------------------------------------------------------------------
    def upload(self, project: Project, rows: list[bytes], *, gold: bool) -> float:
        """Seconds from the start of the upload until the worker's run has succeeded."""
        fields = {"format": "jsonl", "label_map": "", **({"gold": "on"} if gold else {})}
        caught_up()
        began = time.perf_counter()
        place = self.desk.form(f"/p/{project.slug}/import/", fields, ("bench.jsonl", b"\n".join(rows)))
        run = finished(place)
        seconds = time.perf_counter() - began
        if run.steps.get().outputs["accepted"] != len(rows):
            raise RuntimeError(f"Import took {run.steps.get().outputs} of {len(rows)} notes.")
        return seconds

    def export(self, project: Project) -> float:
        caught_up()
        began = time.perf_counter()
        place = self.desk.form(f"/p/{project.slug}/exports/", {"format": "jsonl", "what": "gold"})
        finished(place)
        return time.perf_counter() - began

    # One annotator ------------------------------------------------------------------------------------------------
    def hold(self, user: User, count: int) -> list[Task]:
        """Tasks put into a person's hands beforehand, so that only the saving is measured."""
        ids = list(
            Task.objects.filter(project=self.project, status="open", blind=False)
            .order_by("position")[:count]
            .values("pk")
        )
        rows = Task.objects.filter(pk__in=[row["pk"] for row in ids])
        rows.update(status="in_progress", assignee=user, lease_until=timezone.now() + timedelta(hours=1))
        return list(rows.select_related("note").defer("note__ciphertext"))

    def bodies(self, user: User, count: int) -> list[tuple[int, dict[str, Any]]]:
        """What a page would send for each task: the suggestion without its last span."""
        held = self.hold(user, count)
        drafts = Annotation.objects.filter(note__in=[task.note_id for task in held])
        spans = {row.note_id: (row.revision, [s.to_json() for s in row.spans[:-1]]) for row in drafts}
        return [
            (task.pk, {"spans": spans[task.note_id][1], "base_revision": spans[task.note_id][0], "seconds": 9})
            for task in held
        ]

    def save(self, browser: Browser, task: int, body: dict[str, Any]) -> None:
        status, _ = browser.post(f"/tasks/{task}/submit/", {**body, "want": False})
        if status == 200:
            self.answered[task] = body["spans"]
        else:
            self.errors += 1

    def accept_and_next(self, browser: Browser, count: int) -> list[float]:
        """The round trip behind one Enter: the note is saved, and the one after next comes back."""
        _, answer = browser.post(f"/p/{self.project.slug}/queue/next/", {"holding": []})
        times = []
        for _ in range(count):
            page = answer["next"]
            body = {"spans": page["spans"], "base_revision": page["base_revision"], "seconds": 9, "holding": []}
            began = time.perf_counter()
            status, answer = browser.post(f"/tasks/{page['task']}/submit/", body)
            times.append(time.perf_counter() - began)
            self.errors += status != 200
        return times

    def together(self) -> tuple[float, list[float]]:
        """Saves a second, and each one's time, with all clients at work for some seconds."""
        share = 4000 // self.clients
        works = [(Browser(self.url, user), self.bodies(user, share)) for user in self.people]
        until = time.perf_counter() + self.seconds

        def work(browser: Browser, bodies: list[tuple[int, dict[str, Any]]]) -> list[float]:
            times = []
            for task, body in bodies:
                if time.perf_counter() > until:
                    break
                began = time.perf_counter()
                self.save(browser, task, body)
                times.append(time.perf_counter() - began)
            return times

        began = time.perf_counter()
        with ThreadPoolExecutor(self.clients) as pool:
            times = [one for some in pool.map(lambda pair: work(*pair), works) for one in some]
        return len(times) / (time.perf_counter() - began), times

    def lost(self) -> int:
        """Answered saves that the database does not hold exactly."""
        rows = Annotation.objects.filter(task__in=self.answered, status="gold").values_list("task", "spans_json")
        found = dict(rows.iterator())
        return sum(found.get(task) != spans for task, spans in self.answered.items())


def caught_up() -> None:
    """The index of the notes has followed: one thing at a time is measured."""
    while behind():
        time.sleep(0.2)


def finished(place: str) -> Run:
    """The run of a page's address, once it is over."""
    pk = int(place.strip("/").split("/")[-1])
    while not (run := Run.objects.get(pk=pk)).is_over:
        time.sleep(0.01)
    if run.status != Run.Status.SUCCEEDED:
        raise RuntimeError(f"Run {pk}: {run.error}")
    return run


def lines(count: int) -> list[bytes]:
    """JSONL of notes of about 120 words, each with three spans."""
    rows = []
    notes = list(generate(min(count, 2000) * 3, seed=5))
    for number in range(count):
        three = notes[number % 2000 * 3 : number % 2000 * 3 + 3]
        text, spans = "", []
        for note in three:
            spans += [{**s.to_json(), "start": s.start + len(text), "end": s.end + len(text)} for s in note.spans]
            text += note.text + "\n"
        text += f"Ref {number}"
        row = {"id": f"b{number}", "text": text, "entities": spans[:SPANS], "specialty": "medicine", "city": "Pune"}
        rows.append(json.dumps(row).encode())
    return rows


def milliseconds(times: Iterable[float]) -> str:
    values = sorted(time * 1000 for time in times)
    return f"p50 {statistics.median(values):6.1f} ms   p95 {values[int(len(values) * 0.95) - 1]:6.1f} ms"


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    bench = Bench(options.url, options.notes, options.clients, options.seconds)
    rows = lines(options.notes)
    say = lambda name, figure, target: print(f"{name:28} {figure:38} target {target}", flush=True)  # noqa: E731
    for turn in range(4):  # each process of a new worker loads its modules
        bench.upload(bench.make(f"{bench.project.slug}-first-{turn}"), rows[:10], gold=False)
    small = bench.make(f"{bench.project.slug}-small")
    say("import 1,000 notes", f"{bench.upload(small, rows[:1000], gold=False):6.2f} s", "< 0.5 s")
    say(f"import {len(rows):,} notes", f"{bench.upload(bench.project, rows, gold=False):6.2f} s", "< 3 s")
    bench.upload(bench.golden, rows, gold=True)
    say(f"export {len(rows):,} notes", f"{bench.export(bench.golden):6.2f} s", "< 2 s")
    page = f"/p/{bench.project.slug}/notes/"
    say("list page", milliseconds(timed(lambda: bench.desk.get(page)) for _ in range(SAMPLES)), "< 20 ms")
    one = Browser(options.url, bench.people[0])
    held = bench.hold(bench.people[0], SAMPLES)
    say("open a note, one call", milliseconds(timed(lambda t=t: one.get(f"/tasks/{t.pk}/")) for t in held), "< 30 ms")
    Task.objects.filter(pk__in=[task.pk for task in held]).update(status="open", assignee=None, lease_until=None)
    say("accept + next", milliseconds(bench.accept_and_next(one, SAMPLES)), "< 30 ms")
    saves = bench.bodies(bench.people[0], SAMPLES)
    say("save, 1 client", milliseconds(timed(lambda s=s: bench.save(one, *s)) for s in saves), "< 15 ms")
    rate, times = bench.together()
    say(f"save, {options.clients} clients", f"{rate:5.0f}/s   {milliseconds(times)}", "> 250/s, p95 < 100 ms")
    print(f"{len(bench.answered):,} answered saves, {bench.errors} errors, {bench.lost()} not found in the database")


if __name__ == "__main__":
    main()
