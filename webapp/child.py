"""One process of the product: started in a group of its own, its lines printed with its name before them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from webapp.engines import tether
from webapp.local_services import ROOT

COLOURS = {"web": 32, "beat": 35, "default": 36, "training": 33, "migrate": 34, "demo": 34}
BEGAN = float(os.environ.get("MARGINALIA_BEGAN", time.monotonic()))  # dev.py's start, when it started us


def say(sentence: str, name: str = "") -> None:
    """A line of a child, or with seconds one of the supervisor."""
    line = f"{name:<8} | {sentence}" if name else f"[{time.monotonic() - BEGAN:5.1f} s] {sentence}"
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        line = f"\x1b[{COLOURS.get(name, 1)}m{line[:10]}\x1b[0m{line[10:]}"
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def how_it_ended(code: int) -> str:
    """Words for a return code."""
    return f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"


class Child:
    """A process that runs once, or for as long as the supervisor does."""

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], *, once: bool, patience: float
    ) -> None:
        self.name, self.command, self.environ = name, command, environ
        self.once, self.patience = once, patience
        self.failures = 0
        self.due: float | None = None
        self.rest = b""
        self.start()

    def start(self) -> None:
        """Start the process with its output in a pipe."""
        self.due = None
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            tether(self.command, "SIGTERM"),
            cwd=ROOT, env=dict(self.environ), process_group=0,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdout is not None  # noqa: S101 (it is a pipe)
        self.output = self.process.stdout
        os.set_blocking(self.output.fileno(), False)

    def pass_on(self) -> bool:
        """Print what it wrote; False when its end of the pipe is closed."""
        try:
            chunk = os.read(self.output.fileno(), 65536)
        except BlockingIOError:
            return True
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        if not chunk and self.rest:
            lines, self.rest = [*lines, self.rest], b""
        for line in lines:
            say(line.decode(errors="replace").rstrip(), self.name)
        return bool(chunk)

    def signal_group(self, number: int) -> bool:
        """Signal all of its processes; False when none is left."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return False
        return True

    def sweep(self) -> None:
        """Kill what a dead leader left (a forked worker keeps the port) and wait until it is gone."""
        until = time.monotonic() + 3
        while self.signal_group(signal.SIGKILL) and time.monotonic() < until:
            self.process.poll()
            time.sleep(0.01)
