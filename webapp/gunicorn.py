"""How gunicorn serves Marginalia: ``gunicorn -c python:webapp.gunicorn webapp.wsgi:application``.

Two processes of sixteen threads; the application (and the model with it) is loaded once, before the fork.
"""

import gc
import os
from importlib import import_module
from pathlib import Path

from django.db import connections

worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))
preload_app = True
timeout = 60  # seconds without a sign of life from a process
graceful_timeout = 10  # seconds for requests under way when it is told to stop
LOG_SECONDS = 5  # for what is kept of the last requests
keepalive = 5
control_socket_disable = True  # it would be made in the home folder
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (memory: a slow disk must not look like a hang)


def post_worker_init(_worker: object) -> None:
    """Start the inference threads now, not at the first request, and write what a killed process left behind."""
    import_module("training.serving").engine()
    import_module("training.prediction_log").log()
    import_module("webapp.api.usage").counter().start()


def worker_exit(_server: object, _worker: object) -> None:
    """Requests have their answers: what is kept of them is written, or waits in the journal for the next process."""
    import_module("webapp.api.usage").counter().stop()
    import_module("training.prediction_log").log().stop(LOG_SECONDS)


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
