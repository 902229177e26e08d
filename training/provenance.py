"""What carried out a run: the code's commit and the versions of what it stands on."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

LIBRARIES = ("spacy", "thinc", "numpy", "django", "celery")


@cache
def environment() -> dict[str, str]:
    """Commit (empty outside a git checkout), Python and library versions."""
    libraries = {name: version(name) for name in LIBRARIES}
    return {"commit": commit(settings.BASE_DIR), "python": platform.python_version(), **libraries}


def commit(folder: Path) -> str:
    """The commit that the checkout at `folder` stands on, read from its files; empty when there is none."""
    head = folder / ".git" / "HEAD"
    if not head.is_file():
        return ""
    value = head.read_text().strip()
    if not value.startswith("ref: "):
        return value
    ref = folder / ".git" / value.removeprefix("ref: ")
    if ref.is_file():
        return ref.read_text().strip()
    return _packed(folder / ".git" / "packed-refs", value.removeprefix("ref: "))


def _packed(path: Path, ref: str) -> str:
    lines = path.read_text().splitlines() if path.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {ref}")), "")
