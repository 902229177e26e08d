"""Runs the product's processes side by side: prefixed lines, restarts, an orderly stop, nothing left behind.

Each child leads its own process group, so Ctrl-C in a terminal reaches the supervisor alone, which stops the children
in order. A watchdog process ends the groups should the supervisor itself be killed.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from webapp.child import Child, how_it_ended, say
from webapp.holding import Hold, KeeperGoneError, acquire
from webapp.local_services import ROOT

LONG_ENOUGH = 30.0  # seconds of life after which a fall is a new one


class StopError(Exception):
    """Somebody asked the supervisor to stop."""


class Supervisor:
    """The loop: output, ends, restarts, the services' keeper, signals."""

    def __init__(self, services: Sequence[str]) -> None:
        self.services = services
        self.children: list[Child] = []
        self.environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.stops = 0
        self.hold: Hold | None = None
        self.selector = selectors.DefaultSelector()
        self._watch_signals()
        self.watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py"))],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    def _watch_signals(self) -> None:
        self.wake, self._sender = socket.socketpair()
        for end in (self.wake, self._sender):
            end.setblocking(False)
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # also where a shell had them ignored
            signal.signal(number, self._on_stop)
        self.selector.register(self.wake, selectors.EVENT_READ, self._woken)

    def _on_stop(self, *_: object) -> None:
        self.stops += 1

    def _woken(self) -> None:
        self.wake.recv(4096)

    def hold_services(self) -> None:
        """Start the embedded services, or join those that run."""
        if self.services:
            self.hold = acquire(self.services, say)
            self.selector.register(self.hold.connection, selectors.EVENT_READ, self._hear_keeper)

    def _hear_keeper(self) -> None:
        if self.hold is None:
            return
        try:
            for line in self.hold.lines():
                say(line.removeprefix("event "))
        except (KeeperGoneError, ConnectionError):
            say("the embedded services have gone; starting them again")
            self.selector.unregister(self.hold.connection)
            self.hold.connection.close()
            self.hold = None
            self.hold_services()

    def start(self, name: str, *command: str, once: bool = False, patience: float = 10) -> Child:
        """Start a child; ``patience`` is how many seconds it gets to stop by itself."""
        child = Child(name, command, self.environ, once=once, patience=patience)
        self.children.append(child)
        self._attend(child)
        return child

    def _attend(self, child: Child) -> None:
        self._tell_watchdog(f"+{child.process.pid}")
        self.selector.register(child.output, selectors.EVENT_READ, lambda: self._hear(child))

    def _hear(self, child: Child) -> None:
        if not child.pass_on():
            self.selector.unregister(child.output)
            child.output.close()

    def _tell_watchdog(self, line: str) -> None:
        if self.watchdog.stdin:
            with contextlib.suppress(OSError):  # without it the children are still tethered
                self.watchdog.stdin.write(line.encode() + b"\n")
                self.watchdog.stdin.flush()

    def turn(self, wait: float = 1.0) -> None:
        """One round: hear what there is for at most ``wait`` seconds, then see who has ended or is due."""
        dues = [child.due - time.monotonic() for child in self.children if child.due is not None]
        for key, _ in self.selector.select(max(0.0, min([wait, *dues]))):
            key.data()
        if self.stops:
            raise StopError
        for child in self.children:
            self._heal(child)

    def _heal(self, child: Child) -> None:
        if child.once:
            return
        if child.due is not None:
            if time.monotonic() >= child.due:
                child.start()
                self._attend(child)
                say(f"{child.name} runs again")
        elif child.process.poll() is not None:
            self._bury(child)
            child.failures = 0 if time.monotonic() - child.started > LONG_ENOUGH else child.failures + 1
            wait = min(10.0, 0.25 * 2**child.failures)
            child.due = time.monotonic() + wait
            say(f"{child.name} {how_it_ended(child.process.returncode)}; starting it again in {wait:.1f} s")

    def _bury(self, child: Child) -> None:
        """All that must be done once a child has ended: its last lines, its last processes, the watchdog's list."""
        child.sweep()
        while not child.output.closed:
            self._hear(child)
        self._tell_watchdog(f"-{child.process.pid}")

    def finish(self, name: str, *command: str) -> int:
        """Run a command to its end, its lines prefixed; its exit code."""
        child = self.start(name, *command, once=True)
        while child.process.poll() is None:
            self.turn(0.2)
        self._bury(child)
        self.children.remove(child)
        return child.process.returncode

    def wait_for(self, ready: Callable[[], bool], child: Child) -> bool:
        """Turn until it is ready; False when the child has fallen three times on the way."""
        while not ready():
            self.turn(0.1)
            if child.failures >= 3:
                return False
        return True

    def stop(self) -> None:
        """Stop the children, the first started first, then let go of the services. A second signal hurries."""
        self.stops = min(self.stops, 1)
        web, others = self.children[:1], self.children[1:]
        for group in (web, others):
            for child in group:
                if child.due is None and child.process.poll() is None:
                    child.process.send_signal(signal.SIGTERM)
            self._await(group)
        for child in self.children:
            self._bury(child)
        if self.hold:
            self.hold.release()
        if self.watchdog.stdin:
            self.watchdog.stdin.close()
        self.watchdog.wait()

    def _await(self, children: Sequence[Child]) -> None:
        """Wait for their end; those that outstay their patience are told to drop what they do, then killed."""
        began = time.monotonic()
        while living := [child for child in children if child.process.poll() is None]:
            for key, _ in self.selector.select(0.1):
                if key.fileobj is self.wake or key.fileobj in [child.output for child in self.children]:
                    key.data()
            for child in living:
                late = time.monotonic() - began - child.patience
                if self.stops > 1 or late > 2:
                    child.signal_group(signal.SIGKILL)
                elif late > 0:
                    child.process.send_signal(signal.SIGQUIT)
