"""Holding the embedded services up while a process needs them.

A process that needs the services holds them (``hold()``): one keeper process per data folder (``webapp.keeper``) starts
them for the first holder and stops them after the last one, also when that one was killed.

``python -m webapp.holding [--scratch] COMMAND...`` runs a command with the services up; ``--scratch`` uses an empty
temporary data folder. Imports no Django.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from webapp.local_services import (
    ROOT,
    SECRET_NAMES,
    LocalServicesError,
    data_dir,
    local_secrets,
    own_run_dir,
    run_dir,
)

ALL = ("postgres", "valkey")
_started: list[subprocess.Popen[bytes]] = []  # keepers that this process began; they may outlive the hold


def wanted(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The services that the environment does not already provide."""
    have = {"postgres": environ.get("DATABASE_URL"), "valkey": environ.get("BROKER_URL")}
    return tuple(name for name in ALL if not have[name])


class KeeperGoneError(LocalServicesError):
    """The keeper ended while we held the services."""


class Hold:
    """A held connection to the keeper: while it is open (in this process) the services stay up."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._rest = b""

    def lines(self) -> list[str]:
        """What the keeper has said since the last call; raises LocalServicesError when the keeper has gone."""
        chunk = self.connection.recv(65536)
        if not chunk:
            raise KeeperGoneError("The keeper of the embedded services has stopped.")
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        return [line.decode(errors="replace") for line in whole]

    def ask(self, request: str, *answers: str) -> str:
        """Send a request and wait for one of the answers; an ``error`` line raises its sentence."""
        self.connection.sendall(request.encode() + b"\n")
        while True:
            for line in self.lines():
                if line.startswith("error "):
                    raise LocalServicesError(line.removeprefix("error "))
                if line in answers:
                    return line

    def release(self) -> None:
        """Let go; returns when the services have stopped, or at once when others still hold them."""
        try:
            self.ask("bye", "stays")
        except (OSError, KeeperGoneError):  # it has closed its end, so it is done; one that we began is ours to reap
            for keeper in _started:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    keeper.wait(1)
        self.connection.close()
        _started[:] = [keeper for keeper in _started if keeper.poll() is None]


def acquire(services: Sequence[str] = ALL, say: Callable[[str], None] = lambda line: None) -> Hold:
    """Hold the named services, starting what is not running; raises LocalServicesError with a sentence."""
    run = own_run_dir(create=True)
    if not all(os.environ.get(name) for name in SECRET_NAMES):
        local_secrets()
    for _ in range(5):  # a keeper that is just leaving may take the call and hang up
        with open(run / "start.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            connection = _call(run) or _start_keeper(run, say)
        hold = Hold(connection)
        try:
            hold.ask("need " + " ".join(services), "ready")
        except (ConnectionError, KeeperGoneError):
            connection.close()
        except LocalServicesError:
            hold.release()
            raise
        else:
            return hold
    raise LocalServicesError(f"The embedded services keep stopping: see {data_dir() / 'logs' / 'keeper.log'}.")


def _call(run: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(run / "keeper.sock"))
    except OSError:
        connection.close()
        return None
    return connection


def _start_keeper(run: Path, say: Callable[[str], None]) -> socket.socket:
    logs = data_dir() / "logs"
    logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    say("starting the embedded services")
    with open(logs / "keeper.log", "ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "webapp.keeper"],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    _started.append(keeper)
    until = time.monotonic() + 90  # an earlier keeper may still be stopping
    while time.monotonic() < until and keeper.poll() is None:
        if connection := _call(run):
            return connection
        time.sleep(0.01)
    raise LocalServicesError(f"The keeper of the embedded services did not start: see {logs / 'keeper.log'}.")


@contextlib.contextmanager
def hold(services: Sequence[str] = ALL, say: Callable[[str], None] = lambda line: None) -> Iterator[Hold]:
    """``acquire()`` for the length of a with-block."""
    held = acquire(services, say)
    try:
        yield held
    finally:
        held.release()


def _run_command(command: Sequence[str]) -> int:
    """Run it with our stdin, stdout and stderr; a signal is passed on, the exit code comes back."""
    process = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: process.send_signal(number))
    # A terminal sends Ctrl-C to the command as well: pass it on only when the command has not ended of itself.
    signal.signal(signal.SIGALRM, lambda *_: process.send_signal(signal.SIGINT))
    signal.signal(signal.SIGINT, lambda *_: signal.setitimer(signal.ITIMER_REAL, 1))
    code = process.wait()
    return 128 - code if code < 0 else code


def main(arguments: Sequence[str]) -> int:
    """The command line of this module."""
    scratch = list(arguments[:1]) == ["--scratch"]
    command = list(arguments[1:] if scratch else arguments)
    folder = tempfile.mkdtemp(prefix="marginalia-") if scratch else None
    try:
        if folder:
            for name in ("DATABASE_URL", "BROKER_URL"):
                os.environ.pop(name, None)
            os.environ.update(MARGINALIA_DATA=folder, MARGINALIA_SCRATCH="1")
        with hold(ALL if scratch else wanted()):
            return _run_command(command)
    except LocalServicesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        if folder:
            shutil.rmtree(run_dir(), ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
