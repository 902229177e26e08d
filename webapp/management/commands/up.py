"""``manage.py up``: the whole product on this machine, until Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import os
import shutil
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.child import say
from webapp.holding import wanted
from webapp.local_services import LocalServicesError, own_run_dir
from webapp.supervisor import StopError, Supervisor

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MANAGE = (sys.executable, "manage.py")
QUIET = ("-W", "ignore:You're running the worker")  # as root, which a container is
CELERY = (sys.executable, *QUIET, "-m", "celery", "-A", "webapp", "--quiet")
WORKER = ("worker", "-l", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
# People wait for the web server; the workers take what it leaves.
AFTER_THE_WEB = (shutil.which("nice") or "/usr/bin/nice", "-n", "10")
# A training takes minutes: it works when nothing else does (with `nice` alone the API's p95 rose by a fifth beside it).
WHEN_IDLE = (chrt, "--idle", "0") if (chrt := shutil.which("chrt")) else AFTER_THE_WEB
# Worker, its queues, how many runs it carries out at once, and after whom.
WORKERS = (
    ("default", "default", "2", AFTER_THE_WEB),
    ("training", "training", "1", WHEN_IDLE),
    ("batch", "batch", "2", AFTER_THE_WEB),
    ("traffic", "traffic", "1", AFTER_THE_WEB),
    # Nobody waits for a shadow, and the search index follows when there is time.
    ("idle", "shadow,index", "2", WHEN_IDLE),
)


class Command(BaseCommand):
    help = "Runs everything: database, broker, web server, workers, clock. Ctrl-C stops it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--demo", action="store_true", help="demo data also in a database of your own")
        parser.add_argument("--no-demo", action="store_true", help="no demo data, no demo sign-in")

    def handle(self, *_: Any, port: int, host: str, demo: bool, no_demo: bool, **__: Any) -> None:
        url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"  # noqa: S104 (compared, not bound)
        try:
            with only_one(url):
                check_port(host, port)
                run(host, port, url, demo=demo or ("postgres" in wanted() and not no_demo))
        except (LocalServicesError, OSError) as error:
            raise CommandError(str(error)) from error


@contextlib.contextmanager
def only_one(url: str) -> Iterator[None]:
    """Holds the checkout's lock; raises CommandError with the address of the one that runs."""
    with open(own_run_dir(create=True) / "up.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise CommandError(
                f"Marginalia already runs on this data folder at {lock.read()}: open that, or stop it with Ctrl-C."
            ) from error
        lock.truncate(0)
        lock.write(url)
        lock.flush()
        yield


def check_port(host: str, port: int) -> None:
    """Raises CommandError when the web server could not listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            fact = f"Port {port} on {host} " + ("is taken by another program" if taken else f"cannot be used ({error})")
            raise CommandError(f"{fact}: choose another with --port, such as --port {8001 + port % 7}.") from error


def answers(host: str, port: int) -> bool:
    """True when ``/livez`` says 200."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def run(host: str, port: int, url: str, *, demo: bool) -> None:
    """Start all in order, keep it running, stop all in order."""
    supervisor = Supervisor(wanted())
    supervisor.environ["MARGINALIA_URL"] = url
    if demo and host in LOOPBACK:
        supervisor.environ["MARGINALIA_DEMO"] = "1"  # one-click sign-in; never beyond this machine
    failed = ""
    try:
        supervisor.hold_services()
        failed = prepare(supervisor, demo=demo) or serve(supervisor, host, port, url)
    except StopError:
        say("stopping")
    except BrokenPipeError:  # whoever read our lines has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        supervisor.stop()
    if failed:
        raise CommandError(failed)
    say("stopped")


def prepare(supervisor: Supervisor, *, demo: bool) -> str:
    """Bring the database up to date; a sentence when that fails."""
    for name in ("migrate", "demo") if demo else ("migrate",):
        say(f"{name}: {'bringing the database up to date' if name == 'migrate' else 'looking after the demo project'}")
        # Django's checks would load every page and the model library; `dev.py test` runs them.
        quick = ("--skip-checks",) if name == "migrate" else ()
        code = supervisor.finish(name, *MANAGE, name, *quick)
        if code:
            return (
                f"manage.py {name} ended with code {code}: its lines above say why; remove the cause and start again."
            )
    return ""


def serve(supervisor: Supervisor, host: str, port: int, url: str) -> str:
    """Web first, for somebody waits for it; then workers and clock; returns only with a sentence of failure."""
    gunicorn = (sys.executable, "-m", "gunicorn", "-c", "python:webapp.gunicorn", "webapp.wsgi:application")
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = supervisor.start("web", *gunicorn, "--bind", bind, patience=12)
    if not supervisor.wait_for(lambda: answers("127.0.0.1" if host == "0.0.0.0" else host, port), web):  # noqa: S104
        return "The web server ended three times before it answered: its lines above say why."
    say(f"Marginalia runs at {url} (Ctrl-C stops it)")
    for name, queues, width, after in WORKERS:
        worker = (*after, *CELERY, *WORKER, "-c", width, "-Q", queues, "-n", f"{name}@%h")
        supervisor.start(name, *worker, patience=8)
    supervisor.start("beat", *CELERY, "beat", "-l", "WARNING", "-S", "celery.beat:Scheduler", patience=3)
    while True:
        supervisor.turn()
