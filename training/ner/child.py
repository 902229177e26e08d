"""Long work in compiled code as a child process: it can be stopped at any moment, and it dies with its parent.

What goes in and out stays in memory (``memfd_create``): the text of notes never touches a disk.
"""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from training.ner.reading import Reading

CHILDREN = Path(__file__).parent / "children"
_PERCENT = re.compile(rb"Progress:\s+([0-9.]+)%")
_PAUSE = 0.25  # seconds between two looks, so also between two reports


class ChildError(RuntimeError):
    """The child process failed; the message has its name and how it ended, never what it read."""


def run(
    name: str, data: bytes, arguments: Iterable[object], tick: Callable[[float], None], *, passes: int = 0
) -> bytes:
    """What the program `name` below ``children/`` makes of `data`, which it reads `passes` times when it says no share.

    `tick` is called with the share done, in [0, 1], four times a second; when it raises, the child is killed and the
    exception comes out. Raises ChildError when the child fails.
    """
    with _memory() as source, _memory() as target:
        with os.fdopen(os.dup(source), "wb") as stream:
            stream.write(data)
        command = [sys.executable, "-P", str(CHILDREN / f"{name}.py"), str(source), str(target)]
        child = subprocess.Popen(  # noqa: S603 - our own program
            [*command, *map(str, arguments)],
            pass_fds=(source, target),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with child:
            try:
                _follow(child, Reading(child.pid, len(data), passes, (source, target)), tick)
            finally:
                child.kill()
        if child.returncode:
            raise ChildError(f"The process that trains {name} ended with status {child.returncode}; try again.")
        return Path(f"/proc/self/fd/{target}").read_bytes()


def _follow(child: subprocess.Popen[bytes], reading: Reading, tick: Callable[[float], None]) -> None:
    """Tick until the child closes its output and ends."""
    share = 0.0
    tick(share)
    output: IO[bytes] | None = child.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(output or sys.stdin, selectors.EVENT_READ)
        while output is not None:
            if selector.select(_PAUSE):
                said = os.read(output.fileno(), 65_536)
                found = _PERCENT.findall(said)
                share = max(share, float(found[-1]) / 100) if found else share
                if not said:
                    break
            share = max(share, reading.share())
            tick(min(1.0, share))
    child.wait()


@contextmanager
def _memory() -> Iterator[int]:
    """The number of a nameless file in memory."""
    number = os.memfd_create("training")
    try:
        yield number
    finally:
        os.close(number)
