"""The progress of a program that says nothing: how far it is in the file that it reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


class Reading:
    """How far a child has read its input, seen from outside: floret's Python package says nothing while it works."""

    def __init__(self, pid: int, size: int, passes: int, ours: tuple[int, int]) -> None:
        self.folder = Path(f"/proc/{pid}")
        self.size, self.passes, self.ours = max(1, size), passes, ours
        self.done, self.place = 0, 0

    def share(self) -> float:
        """The share of all passes, in [0, 1]; 0 where the system does not tell."""
        if not self.passes:
            return 0.0
        place = max(self._places(), default=self.place)
        self.done += place < self.place
        self.place = place
        return min(1.0, (self.done + place / self.size) / self.passes)

    def _places(self) -> Iterator[int]:
        """Where the child is in each file in memory that it has opened itself."""
        try:
            for link in (self.folder / "fd").iterdir():
                if int(link.name) not in self.ours and os.readlink(link).startswith("/memfd:training"):
                    yield int((self.folder / "fdinfo" / link.name).read_text().split(maxsplit=2)[1])
        except OSError:  # it has ended, or closed that file since
            return
