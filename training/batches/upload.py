"""An upload on its way to the disk and back: encrypted in parts as it comes, so its size costs no memory."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.batches.vault import Vault

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PART_BYTES = 2**20
BEGINNING = "upload-"


class TooLargeError(ValueError):
    """The upload has more bytes than are taken."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What was received: where it lies, its bytes and their sha256 in hex."""

    vault: Vault
    size: int
    sha256: str


def receive(pieces: Iterable[bytes], *, most_bytes: int) -> Upload:
    """Keep what comes, encrypted. Raises TooLargeError; whatever happens to the sender, no half of it stays."""
    vault, size, digest = Vault.new(), 0, hashlib.sha256()
    try:
        for number, part in enumerate(_parts(pieces)):
            size += len(part)
            if size > most_bytes:
                raise TooLargeError
            digest.update(part)
            # Any byte is a sign of Latin-1, and comes back as it was.
            vault.write(f"{BEGINNING}{number:06}", part.decode("latin-1"))
    except BaseException:
        vault.remove()
        raise
    return Upload(vault, size, digest.hexdigest())


def _parts(pieces: Iterable[bytes]) -> Iterable[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= PART_BYTES:
            yield bytes(waiting[:PART_BYTES])
            del waiting[:PART_BYTES]
    if waiting:
        yield bytes(waiting)


def opened(vault: Vault) -> io.BufferedReader:
    """The upload as a file to read from once."""
    return io.BufferedReader(_Parts(vault), PART_BYTES)


class _Parts(io.RawIOBase):
    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._left = vault.names(BEGINNING)
        self._now = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if not self._now and self._left:
            self._now = self._vault.read(self._left.pop(0)).encode("latin-1")
        view = memoryview(buffer)
        taken, self._now = self._now[: len(view)], self._now[len(view) :]
        view[: len(taken)] = taken
        return len(taken)
