"""The pipelines as data: which steps a run has, in which order, what each takes and makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from training import exports
from training.adoption import adopt_evaluations, adopt_gates
from training.context import Context
from training.experiments import conduct
from training.models import Run
from training.steps import again, data, fit, jobs, judge, release, uat

Adopt = Callable[[Run, Run], None]


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step: its name, a title for people, and the function that does it and returns its outputs.

    ``takes`` are the steps whose outputs it reads and ``params`` the run's parameters: with ``version`` of its code
    they make its cache key, and outputs made under the same key are taken over when it is ``cached``. ``retries`` times
    it is tried again, after a growing pause, when disk or network fail. An ``atomic`` one is short, and what it writes
    stands only when the run is still its worker's at the end. ``adopt`` copies the rows it owns when another run takes
    over its outputs.
    """

    name: str
    title: str
    do: Callable[[Context], dict[str, Any]]
    takes: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    version: int = 1
    cached: bool = False
    atomic: bool = False
    retries: int = 0
    adopt: Adopt | None = None


_FIT = ("recipe", "settings", "seeds", "seed")
_SNAPSHOT = StepSpec("snapshot", "Seal the gold as a dataset", data.snapshot, ("validate",), ("dataset",))
_QUALITY = StepSpec("quality", "Report on the dataset's quality", data.quality, ("snapshot",), cached=True)
_TRAIN = StepSpec("train", "Train the candidate", fit.train, ("snapshot",), _FIT, cached=True, retries=1)
_CALIBRATE = StepSpec("calibrate", "Calibrate its confidence", fit.calibrate, ("snapshot", "train"), cached=True)

PIPELINES: dict[str, tuple[StepSpec, ...]] = {
    Run.Kind.PIPELINE: (
        StepSpec("ingest", "Take in what is new", data.ingest),
        StepSpec("validate", "Check the gold", data.validate, ("ingest",)),
        _SNAPSHOT,
        _QUALITY,
        StepSpec("baseline", "Build the dictionary baseline", fit.baseline, ("snapshot",), cached=True),
        _TRAIN,
        _CALIBRATE,
        StepSpec(
            "package", "Package and sign the artefact", fit.package, ("snapshot", "train", "calibrate"), retries=2
        ),
        StepSpec(
            "evaluate",
            "Score it beside champion and baseline",
            judge.evaluate,
            ("snapshot", "package", "baseline"),
            adopt=adopt_evaluations,
        ),
        StepSpec("gates", "Gates: behaviour and integration", judge.check, ("package",), adopt=adopt_gates),
        StepSpec(
            "compare", "Gate: quality against the champion", judge.compare, ("evaluate", "train"), adopt=adopt_gates
        ),
        StepSpec("register", "Register the version", release.register, ("package", "compare"), atomic=True),
        StepSpec("approval", "Wait for approval", release.approval, ("register",)),
        StepSpec("deploy", "Put it in service", release.deploy, ("register", "approval")),
        StepSpec("reference", "Make the new reference", release.new_reference, ("snapshot", "register")),
    ),
    Run.Kind.TRIAL: (
        StepSpec("validate", "Check the gold", data.validate),
        _SNAPSHOT,
        _QUALITY,
        _TRAIN,
        _CALIBRATE,
        StepSpec(
            "score",
            "Score it on the calibration notes",
            judge.score_trial,
            ("snapshot", "calibrate"),
            adopt=adopt_evaluations,
        ),
    ),
    Run.Kind.EVALUATE: (
        StepSpec("snapshot", "Take the newest frozen test set", again.test_set),
        StepSpec("package", "Check the version's artefact", again.artefact),
        StepSpec("evaluate", "Score it beside the champion", judge.evaluate_again, ("snapshot", "package")),
        StepSpec("gates", "Gates: behaviour and integration", judge.check, ("package",)),
        StepSpec("compare", "Gate: quality against the champion", judge.compare, ("evaluate", "package")),
        StepSpec("record", "Make it the version's newest evaluation", again.record, ("compare",), atomic=True),
    ),
    Run.Kind.UAT: (
        StepSpec("draw", "Draw notes and run both models on them", uat.draw_notes, (), ("notes",)),
        StepSpec("open", "Open the test for its raters", uat.open_test, ("draw",), atomic=True),
    ),
    Run.Kind.EXPERIMENT: (StepSpec("conduct", "Run the trials", conduct),),
    Run.Kind.INGEST: (StepSpec("ingest", "Read the file", jobs.ingest_file),),
    Run.Kind.EXPORT: (StepSpec("export", "Write the file", exports.export),),
}


def spec_of(kind: str, name: str) -> StepSpec:
    return next(spec for spec in PIPELINES[kind] if spec.name == name)


def title_of(kind: str, name: str) -> str:
    """The step's title; its name when this version of the product has no such step."""
    return next((spec.title for spec in PIPELINES.get(kind, ()) if spec.name == name), name)
