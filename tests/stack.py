"""The product's real processes on the test database: gunicorn and Celery workers, each in a process of its own.

They run under ``webapp.settings`` but for three things: the database is the test's, folders are the test's, and static
files come from where they are (``tests.stack_settings``). The test needs ``django_db(transaction=True)``.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from tests.faults.processes import eventually
from webapp.local_services import ROOT


class Stack:
    """Started processes by name; ``stop`` ends them all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.stack_settings",
            "STACK_DATABASE": connection.settings_dict["NAME"],
            "STACK_DATA": str(settings.DATA_DIR),
            "HTTPS": "false",
            "OMP_NUM_THREADS": "1",
        }

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def worker(self, queues: str = "default,training") -> subprocess.Popen[bytes]:
        """A Celery worker as ``manage.py up`` starts it."""
        quiet = ("-W", "ignore:You're running the worker")
        name = f"test{len(self.processes)}@{self.port}"
        options = ("-c", "1", "-l", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
        command = ("-m", "celery", "-A", "webapp", "--quiet", "worker", *options, "-Q", queues, "-n", name)
        return self.start("worker", *quiet, *command)

    def web(self) -> subprocess.Popen[bytes]:
        """Gunicorn with its two processes; returns when it is ready to answer."""
        bind = ("--bind", f"127.0.0.1:{self.port}")
        master = self.start("web", "-m", "gunicorn", "-c", "python:webapp.gunicorn", *bind, "webapp.wsgi:application")
        assert eventually(self.ready, 30), self.log("web")
        return master

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def manage(self, *arguments: str) -> str:
        """The standard output of a management command."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            kill_group(process)


def kill_group(process: subprocess.Popen[Any]) -> None:
    """Kill -9 of a process with all its children, as a power cut does."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
