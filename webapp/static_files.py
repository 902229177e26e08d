"""Plotly's script out of the installed Python package: one file of it, below ``static/plotly/``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

PREFIX, SCRIPT = "plotly", "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds the script and nothing else: the package holds data sets and templates too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Found, not imported: the package takes a second to load, and the pages need only its script.
        spec = find_spec("plotly")
        self.folder = Path(spec.origin).parent / "package_data" if spec and spec.origin else Path()
        self.storage = FileSystemStorage(location=self.folder)
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = str(self.folder / SCRIPT) if path == f"{PREFIX}/{SCRIPT}" else ""
        return [found] * bool(found) if find_all else found or []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        yield SCRIPT, self.storage
