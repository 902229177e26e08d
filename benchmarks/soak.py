"""Thirty annotators for five minutes while the server is killed twenty times: ``.venv/bin/python -m benchmarks.soak``.

Starts the whole product on a new data folder (``manage.py up``), lets simulated annotators work over HTTP and meanwhile
sends SIGKILL to a web process, to all of the web server, to PostgreSQL, to Valkey or to a worker. At the end what each
annotator was told is held against the database: saves lost or doubled, notes given to two people.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
DATA = Path(tempfile.mkdtemp(prefix="soak-")) / "data"
os.environ |= {"MARGINALIA_DATA": str(DATA), "DJANGO_SETTINGS_MODULE": "webapp.settings"}

import django

django.setup()

from django.db import connection

from benchmarks.clinic import open_clinic
from tests.annotators import Annotator, Browser, Ledger
from tests.faults.processes import belonging_to, pids
from tests.faults.product import Product

VICTIMS = {
    "a web process": ("gunicorn", -1),
    "the web server": ("gunicorn", 0),
    "PostgreSQL": ("bin/postgres", 0),
    "Valkey": ("valkey", 0),
    "a worker": ("celery", 0),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--annotators", type=int, default=30)
    parser.add_argument("--pace", type=float, default=1.0, help="seconds a note, on average")
    options = parser.parse_args()
    product = Product(DATA)
    try:
        product.wait_until_up()
        soak(product, options)
    finally:
        product.process.send_signal(signal.SIGINT)
        product.process.wait(30)
        left = belonging_to(DATA)
        print(f"{len(left)} processes left behind")


def soak(product: Product, options: argparse.Namespace) -> None:
    notes = int(options.annotators * options.minutes * 60 / options.pace)
    project, people = open_clinic(count=notes, people=options.annotators, double_share=0.1)
    ledger, stop = Ledger(), threading.Event()
    url = f"http://127.0.0.1:{product.port}"
    browsers = [Browser(url, user, timeout=15) for user in people]
    workers = [Annotator(browser, project, ledger, stop, pace=options.pace) for browser in browsers]
    for worker in workers:
        worker.start()
    killed = kill(options)
    stop.set()
    for worker in workers:
        worker.join(60)
    saves = sum(map(len, ledger.saved.values()))
    print(f"{len(workers)} annotators, {options.minutes:g} minutes, {killed.total()} kills: {dict(killed)}")
    print(f"{len(ledger.given):,} notes given, {saves:,} saves answered, {ledger.retries.total():,} tries failed")
    print(f"by status (0: connection broken): {dict(ledger.retries)}")
    connection.close()  # PostgreSQL was killed under it
    problems = ledger.problems()
    print(f"{len(problems)} lost, doubled or given to two; {len(ledger.refused)} refused")
    print(*(problems + ledger.refused)[:20], sep="\n")


def kill(options: argparse.Namespace) -> Counter[str]:
    """Kill at random moments; every kind in turn, so that each is seen."""
    dice, killed = random.Random(1), Counter[str]()
    ends = time.monotonic() + options.minutes * 60
    pause = options.minutes * 60 / (options.kills + 1)
    for number in range(options.kills):
        time.sleep(pause * (0.7 + 0.6 * dice.random()))
        name = list(VICTIMS)[number % len(VICTIMS)]
        word, place = VICTIMS[name]
        if found := pids(DATA, word):
            os.kill(found[place], signal.SIGKILL)
            killed[name] += 1
            print(f"killed {name}", flush=True)
    time.sleep(max(0.0, ends - time.monotonic()))
    return killed


if __name__ == "__main__":
    main()
