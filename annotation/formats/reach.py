"""How far the reading of a file is, for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from annotation.formats.records import Record, Rejection, Result


class Reach:
    """A reader opens its file through it, or says how many of its notes are done."""

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._size = self._done = 0

    @contextmanager
    def opened(self, path: Path) -> Iterator[BinaryIO]:
        with path.open("rb") as file:
            self._file, self._size = file, path.stat().st_size
            yield file
        self._done = self._size

    def of(self, done: int, total: int) -> None:
        self._done, self._size = done, total

    @property
    def share(self) -> float:
        """From 0 to 1."""
        if self._file is not None and not self._file.closed:
            self._done = self._file.tell()
        return self._done / self._size if self._size else 0.0


class Reading:
    """The results of a file, one by one, and the share of the file that they are of."""

    def __init__(self, rows: Iterator[Result], reach: Reach) -> None:
        self._rows, self._reach = rows, reach

    def __iter__(self) -> Reading:
        return self

    def __next__(self) -> Record | Rejection:
        return next(self._rows)

    @property
    def share(self) -> float:
        return self._reach.share
