"""The keeper: one process per data folder that runs the embedded services while somebody holds them.

Whoever needs the services keeps a connection to ``keeper.sock`` open (``webapp.holding``). The kernel closes it when
that process ends, however it ends; after the last one the keeper stops the services and leaves. Should the keeper
itself be killed, the services are tethered to it and stop too. A service that ends by itself is started again.

Requests, a line each: ``need NAME...`` is answered by ``ready`` or ``error SENTENCE``; ``bye`` by ``stays``, or by the
closed connection when all has stopped. Unasked: ``event SENTENCE``.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from webapp.engines import Engine, Postgres, Valkey
from webapp.local_services import LocalServicesError, data_dir, own_run_dir

_ENGINES: dict[str, type[Engine]] = {"postgres": Postgres, "valkey": Valkey}
_READY_WITHIN = 120.0  # seconds; recovery after a crash counts
_LOG_LIMIT = 10_000_000  # bytes


class Running:
    """One started server."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.failures = 0
        self.due: float | None = None  # when to start it again
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers; raises LocalServicesError."""
        self.due = None
        self.engine.wait_for_the_last()
        self.engine.prepare()
        log = data_dir() / "logs" / f"{self.engine.name}.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.rename(log.with_suffix(".log.1"))
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                self.engine.command(), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        self.started = time.monotonic()
        while not self.engine.is_ready():
            if self.process.poll() is not None or time.monotonic() - self.started > _READY_WITHIN:
                raise LocalServicesError(f"{self.engine.name} did not start ({_last_line(log)}): see {log}.")
            time.sleep(0.02)

    def ended(self) -> str | None:
        """A sentence when the server has ended by itself; the next start is then due."""
        code = self.process.poll()
        if code is None or self.due is not None:
            return None
        self.failures = 0 if time.monotonic() - self.started > 30 else self.failures + 1
        wait = min(5.0, 0.1 * 2**self.failures)
        self.due = time.monotonic() + wait
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"{self.engine.name} {how}; starting it again in {wait:.1f} s"

    def send(self, number: int) -> None:
        """Send a signal if it still runs."""
        if self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self) -> None:
        """Wait for the end of a server that was told to stop; less and less kindly."""
        for wait, number in ((20, self.engine.hard_signal), (5, signal.SIGKILL)):
            try:
                self.process.wait(wait)
            except subprocess.TimeoutExpired:
                self.send(number)
        self.process.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no message"]
    return lines[0][-200:]


class Keeper:
    """The loop over the holders' connections and the servers."""

    def __init__(self, run: Path) -> None:
        self.path = run / "keeper.sock"
        self.running: dict[str, Running] = {}
        self.holders: dict[socket.socket, bytes] = {}
        self.stopping = False
        self.patience = time.monotonic() + 10  # for the first holder
        self.selector = selectors.DefaultSelector()
        self.path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(64)
        self.selector.register(self.listener, selectors.EVENT_READ)

    def watch_signals(self) -> None:
        """Wake the loop when a server ends; stop on SIGTERM."""
        self.wake, sender = socket.socketpair()
        for end in (self.wake, sender):
            end.setblocking(False)
        self._sender = sender
        signal.set_wakeup_fd(sender.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_stop)
        self.selector.register(self.wake, selectors.EVENT_READ)

    def _on_stop(self, *_: object) -> None:
        self.stopping = True

    def loop(self) -> None:
        """Serve until nobody holds the services."""
        while not self.stopping:
            for key, _ in self.selector.select(timeout=self._pause()):
                self._serve(key.fileobj)
            for each in self.running.values():
                self._heal(each)
            if not self.holders and time.monotonic() > self.patience:
                break

    def _pause(self) -> float:
        dues = [each.due for each in self.running.values() if each.due is not None]
        return min([5.0, *(max(0.0, due - time.monotonic()) for due in dues)])

    def _serve(self, source: object) -> None:
        if source is self.listener:
            holder, _ = self.listener.accept()
            self.holders[holder] = b""
            self.patience = 0.0
            self.selector.register(holder, selectors.EVENT_READ)
        elif source is self.wake:
            self.wake.recv(4096)
        elif isinstance(source, socket.socket):
            self._read(source)

    def _read(self, holder: socket.socket) -> None:
        try:
            chunk = holder.recv(4096)
        except OSError:
            chunk = b""
        if not chunk:
            return self._drop(holder)
        *lines, self.holders[holder] = (self.holders[holder] + chunk).split(b"\n")
        for line in lines:
            self._answer(holder, line.decode().split())
        return None

    def _drop(self, holder: socket.socket) -> None:
        self.selector.unregister(holder)
        del self.holders[holder]
        holder.close()

    def _answer(self, holder: socket.socket, words: list[str]) -> None:
        if words[:1] == ["need"]:
            try:
                for name in words[1:]:
                    if name not in self.running:
                        self.running[name] = Running(_ENGINES[name]())
                _tell(holder, "ready")
            except (LocalServicesError, OSError) as error:
                _tell(holder, f"error {error}".replace("\n", " "))
        elif len(self.holders) > 1:
            _tell(holder, "stays")
        else:
            self.stopping = True  # the holder reads our end of the connection: it closes when this process ends

    def _heal(self, server: Running) -> None:
        sentence = server.ended()
        if sentence is None and server.due is not None and time.monotonic() >= server.due:
            try:
                server.start()
                sentence = f"{server.engine.name} runs again"
            except (LocalServicesError, OSError) as error:
                sentence = str(error).replace("\n", " ")
        for holder in self.holders if sentence else ():
            _tell(holder, f"event {sentence}")

    def close(self) -> None:
        """Take no more calls, then stop all servers."""
        self.path.unlink(missing_ok=True)
        self.listener.close()
        for each in self.running.values():
            each.send(each.engine.stop_signal)
        for each in self.running.values():
            each.stop()


def _tell(holder: socket.socket, line: str) -> None:
    with contextlib.suppress(OSError):  # a holder that has gone is dropped by the loop
        holder.sendall(line.encode() + b"\n")


def main() -> None:
    """Become the keeper of the data folder; waits for an earlier one to finish."""
    run = own_run_dir(create=True)
    with open(run / "keeper.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.umask(0o077)
        keeper = Keeper(run)
        keeper.watch_signals()
        try:
            keeper.loop()
        finally:
            keeper.close()
            sys.stdout.flush()
            os._exit(0)  # at once, so that our connections close when nothing of us is left


if __name__ == "__main__":
    main()
