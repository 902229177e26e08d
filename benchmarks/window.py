"""A window of a million answers a day: how long it takes to measure, and the dashboards to show.

    .venv/bin/python -m webapp.holding .venv/bin/python benchmarks/window.py [--answers 1000000] [--days 2]

Makes a database of its own with a champion, fills the log of predictions, and prints the seconds of each window, of
which the first is the reference of the second, and the milliseconds of each dashboard: on the server, and until
Chromium has drawn it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

import dashboards
from django.db import connection
from django.test import Client
from timed_requests import own_database

from annotation.actions import notes, people, projects, revisions
from annotation.models import Note, Project, Role, User
from annotation.synthetic import generate
from monitoring.actions import decisions, policies, windows
from training import ner, partitions, runs
from training.actions import rules
from training.actions import runs as run_actions
from training.artefacts import nlp_of
from training.models import Deployment, ModelVersion, TrafficMinute
from training.traffic_counts import minute_of
from webapp.signin import BACKEND

NOTES = 20_000
QUICK = {"max_steps": 200, "min_steps": 200, "eval_every": 50}
LOG = """
INSERT INTO training_prediction (uid, model_id, deployment_id, note_id, origin, client_ref, outcome, entities, length,
    mean_score, min_score, created_at)
SELECT gen_random_uuid(), %s, %s, n.id, 'api', '', 'ok', n.entities, 200, .9, .8,
    %s + i * interval '1 day' / %s
FROM generate_series(0, %s - 1) AS i JOIN bench_notes AS n ON n.number = abs(mod(hashint4(i), %s))
"""


def champion() -> Deployment:
    project = projects.create(name="Window", slug="window")
    rules.change(project=project, values={"slice_notes": 5, "slice_entities": 5, "automatic": False}, by=None)
    policies.change(project=project, values={"window_days": 1}, by=None, reason="")
    made = list(generate(300, seed=1))
    rows = notes.add(
        project=project, origin=Note.Origin.IMPORT,
        news=[notes.NewNote(n.external_id, n.text, n.patient, n.doctor, n.facets) for n in made],
    )  # fmt: skip
    spans = {row.pk: note.spans for row, note in zip(rows, made, strict=True)}
    revisions.add_imported(project=project, spans=spans, by=people.system("trainer"), gold=True)
    run = run_actions.start_training(project=project, by=people.system("trainer"), params={"settings": QUICK})
    runs.execute(run.pk)
    model = ModelVersion.objects.get(run=run)
    return decisions.approve(model=model, by=people.system("approver"), reason="For the benchmark.")


def fill(deployment: Deployment, answers: int, days: int) -> None:
    began = time.perf_counter()
    deployment.started_at -= timedelta(days=days)
    deployment.save()
    project = deployment.project
    nlp = nlp_of(deployment.model)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_notes (number int, id bigint, entities jsonb)")
    for start in range(0, NOTES, 2000):
        made = list(generate(2000, seed=9, start=start, prefix="live"))
        news = [notes.NewNote(n.external_id, n.text, n.patient, n.doctor, n.facets) for n in made]
        rows = notes.add(project=project, news=news, origin=Note.Origin.API)
        found = ner.predict(nlp, [note.text for note in made])
        values = [(start + at, row.pk, json.dumps([s.to_json() for s in found[at]])) for at, row in enumerate(rows)]
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO bench_notes VALUES (%s, %s, %s)", values)
    for day in range(days):
        at = deployment.started_at + timedelta(days=day)
        partitions.ensure(at.date(), ahead=1)
        with connection.cursor() as cursor:
            cursor.execute(LOG, [deployment.model_id, deployment.pk, at, answers, answers, NOTES])
        counts = {minute_of(at + timedelta(minutes=m)): answers // 1440 for m in range(1440)}
        TrafficMinute.objects.bulk_create(
            TrafficMinute(deployment=deployment, minute=minute, requests=count, documents=count)
            for minute, count in counts.items()
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{answers * days:,} answers of {NOTES:,} notes filled in {time.perf_counter() - began:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=1_000_000, help="a day")
    parser.add_argument("--days", type=int, default=2)
    options = parser.parse_args()
    with own_database("marginalia_window", keep=False, reuse=False, fill=lambda: None):
        deployment = champion()
        fill(deployment, options.answers, options.days)
        measure(deployment, options.days)


def measure(deployment: Deployment, days: int) -> None:
    for day in range(1, days + 1):
        began = time.perf_counter()
        (window,) = windows.measure_due(deployment.project, deployment.started_at + timedelta(days=day))
        took = time.perf_counter() - began
        print(f"window {day}: {window.notes_read:,} notes read, {window.level}, {took:.1f} s", flush=True)
    user = User.objects.create_user("looks")
    projects.add_member(project=Project.objects.get(slug="window"), user=user, roles=[Role.ML_LEAD])
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    pages = dashboards.addresses("window", (f"/models/{deployment.model_id}/", f"/windows/{window.pk}/words/"))
    dashboards.on_the_server(browser, pages)
    dashboards.in_chromium(browser.cookies["sessionid"].value, pages)


if __name__ == "__main__":
    main()
