"""Where steps keep what they made: final artefacts below the models folder, the rest below the work folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from training.models import Run


def root() -> Path:
    """Below it each run has a folder of its own; private."""
    folder: Path = settings.DATA_DIR / "work"
    return folder


def work_folder(run: Run) -> Path:
    return root() / f"run-{run.pk}"


def made_folder(outputs: dict[str, Any]) -> Path:
    """The folder that a step's outputs speak of."""
    return Path(settings.MODELS_DIR if outputs.get("final") else root()) / str(outputs["folder"])
