"""A batch against raw ``nlp.pipe`` in as many processes: ``python -m benchmarks.batch [--rows N] [--kills K]``.

Starts the whole product on a new data folder, sends the rows as one job over HTTP, and kills batch workers at random
while it goes on. Then: every row has exactly one result, in order, and one prediction; the spans are those of raw
spaCy. Both sides are niced alike and take turns: the workers stand still while raw spaCy reads a slice, for the speed
of a shared machine changes from minute to minute. Throughput is told in wall seconds and in CPU seconds (workers, and
with the database's): on a machine that others use too, only the latter mean anything. Also printed: what a note takes
on the disk, by table, and what its place in the search index costs afterwards.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Sets Django up, so it comes before every model.
from benchmarks.own_product import DATA, clinic, running

# isort: split
from annotation.actions import clients, indexing
from annotation.models import Note
from annotation.synthetic import generate
from benchmarks.disk_space import of_folder, of_tables, written_ahead
from benchmarks.processor_time import of_tree
from tests.faults.processes import pids
from tests.faults.product import Product
from training import ner
from training.artefacts import nlp_of
from training.models import Batch, BatchChunk, ModelVersion, Prediction

WORKERS = 2
# Of raw spaCy: of 100,000 notes each takes about ten seconds.
TURNS = 16
NICE = ("nice", "-n", "10")


def write_texts(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as out:
        for number, note in enumerate(generate(rows, seed=11)):
            out.write(json.dumps({"id": f"row-{number}", "text": note.text}) + "\n")


class Bare:
    """Raw ``nlp.pipe`` in as many processes, a slice of the texts at a time."""

    def __init__(self, model: ModelVersion, texts: Path) -> None:
        args = [sys.executable, "-m", "benchmarks.batch_bare", str(model.path), model.sha256, str(texts)]
        self.cpu = self.wall = 0.0
        self.turns = 0
        self._processes = [
            subprocess.Popen(
                [*NICE, *args, str(part), str(WORKERS), str(TURNS)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for part in range(WORKERS)
        ]
        for process in self._processes:
            process.stdout.readline()

    def turn(self) -> None:
        """Add the CPU seconds of all processes for the next slice, and the wall seconds of the slowest."""
        for process in self._processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [json.loads(process.stdout.readline()) for process in self._processes]
        self.cpu += sum(cpu for cpu, _, _ in told)
        self.wall += max(wall for _, wall, _ in told)
        self.turns += 1


def send(product: Product, key: str, texts: Path, *, store: bool) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=300)
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/x-ndjson",
        "Content-Length": str(texts.stat().st_size),
    }
    with texts.open("rb") as body:
        connection.request("POST", f"/api/v1/jobs?store={str(store).lower()}", body, headers)
    response = connection.getresponse()
    told = json.loads(response.read())
    assert response.status == 202, told
    return str(told["id"])


def children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


@contextmanager
def standing_still(parent: int) -> Iterator[None]:
    """The workers do nothing: for less than the 30 seconds after which their chunks go to others."""
    stopped = [parent, *children(parent)]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in stopped:
        os.kill(pid, signal.SIGCONT)


def follow(uid: str, kills: int, rows: int, bare: Bare) -> tuple[float, int]:
    """Kill now and then until it is over; wall seconds from its start to its end, without raw spaCy's turns, and how
    often was killed."""
    dice, killed, parent, stood = random.Random(5), 0, pids(DATA, "celery", "batch@")[0], 0.0
    while not (batch := Batch.objects.get(uid=uid)).is_over:
        if killed < kills and batch.settled > (killed + 0.5) * rows / (kills + 1) and (found := children(parent)):
            os.kill(dice.choice(found), signal.SIGKILL)
            killed += 1
            print(f"killed a worker at {batch.settled:,} rows ({killed} of {kills})", flush=True)
        if bare.turns < TURNS and batch.settled > (bare.turns + 0.5) * rows / TURNS:
            began = time.perf_counter()
            with standing_still(parent):
                bare.turn()
            stood += time.perf_counter() - began
        time.sleep(0.2)
    assert batch.status == Batch.Status.SUCCEEDED, batch.error
    assert batch.ended_at
    assert batch.started_at
    return (batch.ended_at - batch.started_at).total_seconds() - stood, killed


def check(product: Product, key: str, uid: str, model: ModelVersion, texts: Path, *, store: bool) -> None:
    """Each row exactly once, in order, by way of the API; spans of a sample as raw spaCy finds them."""
    batch = Batch.objects.get(uid=uid)
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=300)
    connection.request("GET", f"/api/v1/jobs/{uid}/results?format=jsonl", headers={"Authorization": f"Bearer {key}"})
    began = time.perf_counter()
    results: list[dict[str, Any]] = [json.loads(line) for line in connection.getresponse()]
    seconds = time.perf_counter() - began
    sent = [json.loads(line) for line in texts.open(encoding="utf-8")]
    assert [row["row"] for row in results] == list(range(1, len(sent) + 1))
    assert [row["id"] for row in results] == [row["id"] for row in sent]
    predictions = Prediction.objects.filter(request_id=uid)
    assert predictions.count() == predictions.values("uid").distinct().count() == len(sent)
    assert {row["prediction_id"] for row in results} == {str(uid) for uid in predictions.values_list("uid", flat=True)}
    assert Note.objects.filter(external_id__startswith="row-").count() == (len(sent) if store else 0)
    nlp = nlp_of(model)
    for row, had in list(zip(results, sent, strict=True))[:: max(1, len(sent) // 1000)]:
        found = [(one["start"], one["end"], one["label"]) for one in row["entities"]]
        assert found == [tuple(one.span) for one in ner.predict(nlp, [had["text"]])[0]], row["row"]
    lost = BatchChunk.objects.filter(batch=batch, lost__gt=0).count()
    print(f"{len(results):,} results: each row once, in order; {lost} chunks had lost a worker")
    print(f"results as JSONL over HTTP: {len(results) / seconds:,.0f} rows a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--no-store", action="store_true", help="keep no notes")
    options = parser.parse_args()
    texts = DATA.with_name("texts.jsonl")
    write_texts(texts, options.rows)
    with running() as product:
        project, model = clinic()
        _, key = clients.create(project=project, name="batch", by=None, scopes=["jobs"])
        bare = Bare(model, texts)
        worker, postgres = pids(DATA, "celery", "batch@")[0], pids(DATA, "bin/postgres")[0]
        before, space, ahead = (of_tree(worker), of_tree(postgres)), of_tables(), written_ahead()
        uid = send(product, key, texts, store=not options.no_store)
        wall, killed = follow(uid, options.kills, options.rows, bare)
        assert bare.turns == TURNS
        raw_cpu, raw_wall = bare.cpu, bare.wall
        cpu, database = of_tree(worker) - before[0], of_tree(postgres) - before[1]
        rows = options.rows
        size = texts.stat().st_size / rows
        print(f"{rows:,} notes of {size:,.0f} bytes, {killed} kills, store={not options.no_store}")
        for name, seconds, spent in (("raw nlp.pipe", raw_wall, raw_cpu), ("batch workers", wall, cpu)):
            print(f"{name:14} {rows / seconds:8,.0f} notes/s wall {1000 * spent / rows:7.3f} ms CPU a note")
        print(f"{'database':14} {'':22} {1000 * database / rows:7.3f} ms CPU a note (with the indexing beside it)")
        print(
            f"throughput: {raw_wall / wall:.2f} by wall, {raw_cpu / cpu:.2f} by the workers' CPU, "
            f"{raw_cpu / (cpu + database):.2f} with the database's"
        )
        check(product, key, uid, model, texts, store=not options.no_store)
        index(rows)
        taken = {name: (size - space.get(name, 0)) / rows for name, size in of_tables().items()}
        print("disk, bytes a note: " + ", ".join(f"{name} {size:,.0f}" for name, size in taken.items() if size > 1))
        files, log = of_folder(DATA / "batches") / rows, (written_ahead() - ahead) / rows
        print(f"its chunk's file {files:,.0f}, write-ahead log {log:,.0f}")


def index(rows: int) -> None:
    """Until the search index has every note: its processor time since it began with the batch."""
    idle = pids(DATA, "celery", "idle@")[0]
    while indexing.behind():
        time.sleep(0.5)
    print(f"worker of the search index, since the product's start: {1000 * of_tree(idle) / rows:.3f} ms CPU a note")


if __name__ == "__main__":
    main()
