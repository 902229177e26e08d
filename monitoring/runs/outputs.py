"""What a step made, as facts and tables for people: one function a step, and a plain way for those that have none."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from monitoring.runs import data_outputs, end_outputs, model_outputs
from monitoring.runs.shapes import Fact, Made, plain
from training.models import Run, Step

READERS: dict[str, Callable[[Step, Collection[str]], Made]] = {
    "ingest": data_outputs.ingest,
    "validate": data_outputs.validate,
    "snapshot": data_outputs.snapshot,
    "quality": data_outputs.quality,
    "baseline": model_outputs.fitted,
    "train": model_outputs.train,
    "calibrate": model_outputs.calibrate,
    "package": model_outputs.package,
    "evaluate": end_outputs.evaluate,
    "score": end_outputs.evaluate,
    "gates": end_outputs.gates,
    "compare": end_outputs.compare,
    "register": end_outputs.register,
    "record": end_outputs.register,
    "approval": end_outputs.approval,
    "deploy": end_outputs.deploy,
    "reference": end_outputs.new_reference,
    "conduct": end_outputs.conduct,
}
# Their pages show what came in and what went out in sections of their own.
OWN_SECTION = (Run.Kind.INGEST, Run.Kind.EXPORT)
# For the machine, or shown elsewhere.
LEFT_OUT = frozenset({"key", "folder", "final", "rejections", "losses", "drawn", "rival", "number"})


def outputs_of(step: Step, rights: Collection[str]) -> Made:
    """What the step made; of a run of an older version of the product, what can be said of it."""
    if step.run.kind in OWN_SECTION:
        return Made()
    if "ended" in step.outputs:
        return Made(sentences=[str(step.outputs["ended"])])
    if step.name == "conduct":
        return end_outputs.conduct(step, rights)
    reader = READERS.get(step.name)
    if not step.outputs:
        return Made()
    try:
        return reader(step, rights) if reader else _plainly(step.outputs)
    except (KeyError, TypeError, ValueError, AttributeError):
        return _plainly(step.outputs)


def _plainly(outputs: dict[str, Any]) -> Made:
    return Made(facts=[Fact(name, plain(value)) for name, value in outputs.items() if name not in LEFT_OUT])
