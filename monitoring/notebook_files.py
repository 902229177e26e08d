"""The notebook templates of docs/notebooks, with values put into the cell that sets them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

FOLDER = settings.BASE_DIR / "docs" / "notebooks"


def filled(template: str, values: Mapping[str, Any]) -> str:
    """The notebook with `values` in place of those that its first code cell sets; an address stays overridable."""
    notebook = json.loads((FOLDER / f"{template}.ipynb").read_text())
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    source = "".join(cell["source"])
    for name, value in values.items():
        said = f'os.environ.get("MARGINALIA_URL", {json.dumps(value)})' if name == "URL" else repr(value)
        source = re.sub(rf"^{name} = .*$", _as(f"{name} = {said}"), source, count=1, flags=re.MULTILINE)
    cell["source"] = source.splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _as(line: str) -> Callable[[re.Match[str]], str]:
    # A function, so that nothing in the line is read as a group of the pattern.
    return lambda _: line
