"""What the web processes of a product cost: processor time and memory, read from /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.faults.processes import pids

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class WebProcesses:
    """The processes that answer requests: gunicorn's children, not their parent."""

    pids: tuple[int, ...]

    @classmethod
    def of(cls, data: Path) -> WebProcesses:
        """Those of the product on a data folder. Raises LookupError when there are none."""
        found = set(pids(data, "gunicorn"))
        children = tuple(sorted(pid for pid in found if _parent(pid) in found))
        if not children:
            raise LookupError(f"No web process runs on {data}.")
        return cls(children)

    def seconds(self) -> float:
        """Processor time of all of them so far, of user and system."""
        return sum(sum(map(int, _stat(pid)[11:13])) for pid in self.pids) / TICKS

    def megabytes(self) -> float:
        """Resident memory of all of them; pages that they share count in each."""
        lines = [line for pid in self.pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def _parent(pid: int) -> int:
    return int(_stat(pid)[1])
