"""The whole product under ``manage.py up``: parts are killed, then all of it is stopped politely, then impolitely."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.processes import belonging_to, eventually, pids
from tests.faults.product import Product
from webapp.local_services import ROOT


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("up") / "data"
    yield folder
    for pid in belonging_to(folder):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
def test_killed_parts_are_replaced_and_an_interrupt_stops_all(data: Path) -> None:
    product = Product(data)
    product.wait_until_up()
    second = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT, env={**os.environ, "MARGINALIA_DATA": str(data)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert f"already runs on this data folder at http://127.0.0.1:{product.port}/" in second.stderr
    assert eventually(product.workers, 20)
    os.kill(product.workers()[0], signal.SIGKILL)
    os.kill(pids(data, "bin/postgres", "-D")[0], signal.SIGKILL)
    assert product.replaces("training"), product.log.read_text()
    assert product.replaces("postgres"), product.log.read_text()
    os.kill(pids(data, "gunicorn")[0], signal.SIGKILL)
    assert product.replaces("web"), product.log.read_text()
    assert eventually(product.lives, 20)
    product.process.send_signal(signal.SIGINT)
    assert product.process.wait(25) == 0, product.log.read_text()
    assert not belonging_to(data)


@pytest.mark.slow
def test_nothing_is_left_when_the_supervisor_is_killed(data: Path) -> None:
    product = Product(data)
    product.wait_until_up()
    product.process.kill()
    product.process.wait()
    assert eventually(lambda: not belonging_to(data), 15), belonging_to(data)
