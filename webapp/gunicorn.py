"""How gunicorn serves Marginalia: ``gunicorn -c python:webapp.gunicorn webapp.wsgi:application``.

Two processes of sixteen threads; the application (and the model with it) is loaded once, before the fork.
"""

import gc
import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

from django.db import connections

from webapp.local_services import data_dir

# Where the processes write their figures; the module that counts looks for it when it is imported.
METRICS = data_dir() / "metrics"
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS / str(os.getpid()))
os.makedirs(os.environ["PROMETHEUS_MULTIPROC_DIR"], mode=0o700, exist_ok=True)

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
preload_app = True
timeout = 60  # seconds without a sign of life from a process
graceful_timeout = 10  # seconds for requests under way when it is told to stop
LOG_SECONDS = 5  # for what is kept of the last requests
keepalive = 75  # seconds: longer than proxies keep theirs, so that it is never us who hang up on a request
# A caller that sends or takes nothing for so long is let go: the thread is for others.
CALLER_SECONDS = float(os.environ.get("WEB_CALLER_SECONDS", "60"))
control_socket_disable = True  # it would be made in the home folder
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (memory: a slow disk must not look like a hang)


def on_starting(_server: object) -> None:
    """Sweep the figures of servers that are gone."""
    for folder in METRICS.iterdir():
        if not Path("/proc", folder.name).exists():
            shutil.rmtree(folder, ignore_errors=True)


def on_exit(_server: object) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def post_worker_init(_worker: object) -> None:
    """Start the inference threads now, not at the first request, and write what a killed process left behind."""
    import_module("training.serving").engine()
    import_module("training.prediction_log").log()
    import_module("webapp.api.usage").counter().start()
    import_module("webapp.gauges").Gauges().start()


def pre_request(_worker: object, request: Any) -> None:
    request.unreader.sock.settimeout(CALLER_SECONDS)


def worker_exit(_server: object, _worker: object) -> None:
    """Requests have their answers: what is kept of them is written, or waits in the journal for the next process."""
    import_module("webapp.api.usage").counter().stop()
    import_module("training.prediction_log").log().stop(LOG_SECONDS)


def child_exit(_server: object, worker: Any) -> None:
    """What a process that is gone held counts no more; what it counted does."""
    import_module("prometheus_client.multiprocess").mark_process_dead(worker.pid)


def pre_fork(_server: object, _worker: object) -> None:
    """Load the models before the processes part, so that they share that memory, but no database connection."""
    # Imported late: gunicorn reads this file before it sets Django up.
    serving = import_module("training.serving")
    serving.preload()
    codes = import_module("training.ner.codes")
    for label in ("DISEASE", "TREATMENT"):
        codes.table(label)
    connections.close_all()
    # What is loaded stays: the collector need not walk it again, nor touch the shared pages.
    gc.collect()
    gc.freeze()
