"""Files of a folder or of a zip, one at a time and never more than `MAX_BYTES` of one; nothing is unpacked to disk."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from annotation.formats.lines import MAX_BYTES
from annotation.formats.records import FormatError


class Files(Protocol):
    """``names`` are POSIX paths below the common folder."""

    @property
    def names(self) -> Sequence[str]: ...

    def read(self, name: str) -> bytes:
        """All bytes of a file; FormatError when it is too big or damaged."""
        ...


def _hidden(name: str) -> bool:
    # macOS puts a "._note.txt" beside each note of a zip.
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _limited(file: IO[bytes]) -> bytes:
    # The size in a zip's directory can lie, so the bytes are counted.
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise FormatError(f"The file has more than {MAX_BYTES:,} bytes; split the note.")
    return data


class FolderFiles:
    """The files `paths`, named by their path below `folder`."""

    def __init__(self, folder: Path, paths: Sequence[Path]) -> None:
        named = {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
        self._paths = {name: path for name, path in named.items() if not _hidden(name)}
        self.names = list(self._paths)

    def read(self, name: str) -> bytes:
        with self._paths[name].open("rb") as file:
            return _limited(file)


class ZipFiles:
    """The files of a zip, named below the folder that they all share: a zipped folder gives the folder's names."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile:
            raise FormatError("The file is not a readable zip; make it anew.") from None
        members = [info for info in self._zip.infolist() if not info.is_dir() and not _hidden(info.filename)]
        folders = [PurePosixPath(info.filename).parent.as_posix() for info in members]
        shared = os.path.commonpath(folders) if folders and not any(map(os.path.isabs, folders)) else "."
        self._members = {_below(info.filename, shared): info for info in members}
        self.names = list(self._members)

    def __enter__(self) -> ZipFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        try:
            with self._zip.open(self._members[name]) as file:
                return _limited(file)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
            # RuntimeError: encrypted. NotImplementedError: an unknown compression.
            raise FormatError(
                "The file in the zip is damaged, encrypted or packed in an unknown way; zip it anew."
            ) from None


def _below(name: str, shared: str) -> str:
    return name.removeprefix(shared + "/") if shared not in {"", "."} else name
