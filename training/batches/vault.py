"""The files of a batch: its upload and its chunks, encrypted under one key that the batch's row keeps.

Without the row's key they are noise, in every backup too. Each file is bound to its batch and its name.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from django.conf import settings

from annotation.crypto import Sealed
from annotation.keys import keyring


class Vault:
    """The folder of one batch. Files are written whole or not at all, for this user alone."""

    def __init__(self, uid: uuid.UUID, sealed: Sealed) -> None:
        self.uid, self.sealed = uid, sealed
        self.folder = root() / str(uid)

    @classmethod
    def new(cls) -> Vault:
        """A folder and a key for a batch that has no row yet."""
        uid = uuid.uuid4()
        vault = cls(uid, keyring().seal("", bound_to=uid.bytes))
        # One by one: `parents` would make them readable by others.
        root().mkdir(mode=0o700, exist_ok=True)
        vault.folder.mkdir(mode=0o700)
        return vault

    def write(self, name: str, text: str) -> None:
        """Put the file there; one of the same name is replaced in one go."""
        draft = self.folder / f".{name}.{uuid.uuid4().hex[:8]}"
        file = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(file, "wb") as out:
            out.write(keyring().seal_beside(self.sealed, text, owner=self.uid.bytes, bound_to=self._bound(name)))
        draft.replace(self.folder / name)

    def read(self, name: str) -> str:
        """The text as written. Raises FileNotFoundError; KeyringError when file or key was changed."""
        data = (self.folder / name).read_bytes()
        return keyring().open_beside(self.sealed, data, owner=self.uid.bytes, bound_to=self._bound(name))

    def names(self, beginning: str) -> list[str]:
        """The files whose names begin so, in order."""
        return sorted(path.name for path in self.folder.glob(f"{beginning}*"))

    def remove(self, *names: str) -> None:
        """Remove these files; without names, all of them."""
        for name in names:
            (self.folder / name).unlink(missing_ok=True)
        if not names:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _bound(self, name: str) -> bytes:
        return f"batch:{self.uid}:{name}".encode()


def root() -> Path:
    """The folder that holds those of all batches."""
    folder: Path = settings.DATA_DIR / "batches"
    return folder
