"""Files made on the spot and read back."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from annotation.formats import Record, Rejection, read

LABELS = ("DISEASE", "TREATMENT")
Read = Callable[..., list[Record | Rejection]]


@pytest.fixture
def read_data(tmp_path: Path) -> Read:
    """`read_data(format, bytes or str)`: what `read` makes of a file with this content."""

    def run(format: str, data: bytes | str, *, name: str = "notes", **options: Any) -> list[Record | Rejection]:
        path = tmp_path / f"{name}.{format}"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return list(read(path, format, **{"labels": LABELS, **options}))

    return run


@pytest.fixture
def read_brat(tmp_path: Path) -> Read:
    """`read_brat({"a.txt": …})`: what `read` makes of a folder (or with ``zipped`` a zip) with these files."""

    def run(files: Mapping[str, bytes | str], *, zipped: bool = False, **options: Any) -> list[Record | Rejection]:
        folder = tmp_path / "notes"
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        target = folder
        if zipped:
            target = tmp_path / "notes.zip"
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(folder.rglob("*")):
                    archive.write(path, path.relative_to(tmp_path))
        return list(read(target, "brat", **{"labels": LABELS, **options}))

    return run
