"""A file of records that wait to be written elsewhere: one process appends, one thread takes them off. No Django.

Layout: 8 bytes, the position up to which all is done (big-endian); then records, each 4 bytes length and its bytes. The
owner holds a lock on the file for life, so whoever gets the lock knows that the owner is gone and may take the rest.
A record survives the end of the process (``kill -9``); it is not forced to the disk, so a power cut may take the last.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

HEADER = 8
# Above this the file is cut when all of it is done.
CUT_ABOVE = 1_000_000
SUFFIX = ".journal"


class Journal:
    """Safe to append to from any thread; ``take`` and ``confirm`` belong to one."""

    def __init__(self, path: Path, *, most_bytes: int) -> None:
        """Open or make the file. Raises BlockingIOError when another process owns it, OSError as ``open``."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path, self.most_bytes = path, most_bytes
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise
        self._lock = threading.Lock()
        self.end = max(HEADER, os.fstat(self._file).st_size)
        head = os.pread(self._file, HEADER, 0)
        self.done = struct.unpack(">Q", head)[0] if len(head) == HEADER else HEADER
        if not HEADER <= self.done <= self.end:
            self.done = HEADER
        self._mark()

    @property
    def waiting_bytes(self) -> int:
        return self.end - self.done

    def append(self, record: bytes) -> bool:
        """False when the file is full or the disk takes no more; nothing of the record stays then."""
        whole = struct.pack(">I", len(record)) + record
        with self._lock:
            if self.end + len(whole) > self.most_bytes:
                return False
            try:
                written = os.pwrite(self._file, whole, self.end)
            except OSError:
                return False
            # Half a record counts for nothing: the next one is written over it.
            if written < len(whole):
                return False
            self.end += written
        return True

    def take(self, most_bytes: int) -> tuple[list[bytes], int]:
        """The oldest records, about `most_bytes` of them but at least one, and the position to confirm."""
        records: list[bytes] = []
        position, end = self.done, self.end
        while position + 4 <= end and (not records or position - self.done < most_bytes):
            (length,) = struct.unpack(">I", os.pread(self._file, 4, position))
            # What a killed process did not write to its end.
            if position + 4 + length > end:
                break
            records.append(os.pread(self._file, length, position + 4))
            position += 4 + length
        return records, position

    def confirm(self, position: int) -> None:
        """All up to `position` is done for good."""
        with self._lock:
            self.done = position
            if self.done == self.end and self.end > CUT_ABOVE:
                os.ftruncate(self._file, HEADER)
                self.done = self.end = HEADER
            self._mark()

    def _mark(self) -> None:
        os.pwrite(self._file, struct.pack(">Q", self.done), 0)

    def close(self) -> None:
        """Give the file back; one with nothing in it goes."""
        if self.done == self.end:
            self.path.unlink(missing_ok=True)
        os.close(self._file)

    def remove(self) -> None:
        """Drop the file with what is left in it: half a record."""
        self.path.unlink(missing_ok=True)
        os.close(self._file)


def new(folder: Path, *, most_bytes: int) -> Journal:
    """A journal for this process."""
    return Journal(folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}{SUFFIX}", most_bytes=most_bytes)


def left_behind(folder: Path) -> Iterator[Journal]:
    """The journals in `folder` whose owners are gone, now this process's, one after the other."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with contextlib.suppress(BlockingIOError, FileNotFoundError):
            yield Journal(path, most_bytes=0)
