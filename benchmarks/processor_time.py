"""What a process and its children have spent of the processor, those that ended included. Linux."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def of_tree(pid: int) -> float:
    """CPU seconds of the process, its living children and all that it waited for."""
    return _own(pid) + sum(_of_child(child) for child in _children(pid))


def _of_child(pid: int) -> float:
    with contextlib.suppress(OSError):
        return of_tree(pid)
    return 0.0


def _own(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, ended_user, ended_system = map(int, fields[11:15])
    return (user + system + ended_user + ended_system) / TICKS


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found
