"""Terms: what a note is found by, as keyed 64-bit numbers. Without the key nobody can tell which word one is.

A term is one number a project and a bucket of 8,192 notes. So a search walks the buckets from the newest note to the
oldest and stops when the page is full: its time hangs neither on how often a word occurs nor on the planner's guess of
it. In a bucket a term is its base XOR the bucket's mask; both are keyed. No Django in here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

BUCKET = 8192
# Names of bases that a process remembers.
REMEMBERED = 200_000
_SIGNED = struct.Struct(">q")


def bucket_of(note_id: int) -> int:
    return note_id // BUCKET


class Terms:
    """The terms of one project. `key` is secret and at least 16 bytes."""

    def __init__(self, key: bytes, project: int) -> None:
        # BLAKE2b takes keys of up to 64 bytes; the purpose keeps these apart from other uses of the key.
        self._start = blake2b(key=key[:64], digest_size=8, person=b"search terms")
        self._start.update(str(project).encode())
        self.base = lru_cache(maxsize=REMEMBERED)(self._base)
        self.mask = lru_cache(maxsize=REMEMBERED)(self._mask)

    def _base(self, kind: str, *values: str) -> int:
        """The number of what is named by `kind` and `values`; parts can't run into each other."""
        return self._digest(b"".join(len(p).to_bytes(4, "big") + p for p in (v.encode() for v in (kind, *values))))

    def _mask(self, bucket: int) -> int:
        return self._digest(b"\x00bucket" + str(bucket).encode())

    def _digest(self, message: bytes) -> int:
        state = self._start.copy()
        state.update(b"\x1f" + message)
        (number,) = _SIGNED.unpack(state.digest())
        return int(number)

    def of_note(self, note_id: int, bases: Iterable[int]) -> list[int]:
        """What stands in the index of a note that has these bases."""
        mask = self.mask(bucket_of(note_id))
        return sorted({base ^ mask for base in bases})
