"""The pipelines as data: which steps a run has, in which order, and what each makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training import exports, steps
from training.models import Run
from training.steps import Context


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step: its name, a title for people, and the function that does it and returns its outputs.

    An ``atomic`` one is short, and what it writes stands only when the run is still its worker's at the end.
    """

    name: str
    title: str
    do: Callable[[Context], dict[str, Any]]
    atomic: bool = False


PIPELINES: dict[str, tuple[StepSpec, ...]] = {
    Run.Kind.PIPELINE: (
        StepSpec("snapshot", "Seal the gold as a dataset", steps.snapshot),
        StepSpec("train", "Train the model", steps.train),
        StepSpec("package", "Package it", steps.package),
        StepSpec("evaluate", "Evaluate candidate and champion", steps.evaluate),
        StepSpec("register", "Register for approval", steps.register, atomic=True),
    ),
    Run.Kind.INGEST: (StepSpec("ingest", "Read the file", steps.ingest),),
    Run.Kind.EXPORT: (StepSpec("export", "Write the file", exports.export),),
}

TITLES = {spec.name: spec.title for specs in PIPELINES.values() for spec in specs}
