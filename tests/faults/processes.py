"""Looking at real processes: the ones that belong to a data folder, and waiting for what must happen."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path


def belonging_to(data: Path) -> dict[int, str]:
    """Process id and command line of everything that has this data folder in its environment or command line."""
    sign = f"MARGINALIA_DATA={data}\0".encode()
    own = str(data).encode() + b"/"  # Valkey writes its title over its environment
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (entry / "cmdline").read_bytes()
            if own in line or sign in (entry / "environ").read_bytes():
                found[int(entry.name)] = line.replace(b"\0", b" ").decode(errors="replace")
    return found


def pids(data: Path, *words: str) -> list[int]:
    """The oldest first: those whose command line has all the words."""
    return sorted(pid for pid, line in belonging_to(data).items() if all(word in line for word in words))


def eventually(condition: Callable[[], object], seconds: float) -> bool:
    """True as soon as the condition holds; False when it does not within the seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())
