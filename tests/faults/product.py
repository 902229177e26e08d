"""The whole product under ``manage.py up``, on a data folder and a port of its own."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.faults.processes import eventually, pids
from webapp.local_services import ROOT, SECRET_NAMES


class Product:
    """``manage.py up`` on a data folder and a port of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        unset = ("DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE", *SECRET_NAMES)
        environ = {name: value for name, value in os.environ.items() if name not in unset}
        self.log = data.with_name("up.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--no-demo", "--port", str(self.port)],
                cwd=ROOT, env={**environ, "MARGINALIA_DATA": str(data)}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def lives(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def said(self, words: str) -> bool:
        return words in self.log.read_text()

    def wait_until_up(self) -> None:
        assert eventually(lambda: self.said("Marginalia runs at") or self.process.poll() is not None, 60)
        assert self.process.poll() is None, self.log.read_text()

    def workers(self) -> list[int]:
        return pids(self.data, "celery", "training@")

    def replaces(self, name: str) -> bool:
        said = [f"{name} was killed by signal 9", f"{name} runs again"]
        return eventually(lambda: all(map(self.said, said)), 20)
