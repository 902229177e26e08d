"""The steps of each kind of run by name, in order: what a queued run shows before any of it is carried out."""

from __future__ import annotations

from training.models import Run

STEPS: dict[str, tuple[str, ...]] = {
    Run.Kind.PIPELINE: (
        *("ingest", "validate", "snapshot", "quality", "baseline", "train", "calibrate", "package", "evaluate"),
        *("gates", "compare", "register", "approval", "deploy", "reference"),
    ),
    Run.Kind.TRIAL: ("validate", "snapshot", "quality", "train", "calibrate", "score"),
    Run.Kind.EVALUATE: ("snapshot", "package", "evaluate", "gates", "compare", "record"),
    Run.Kind.UAT: ("draw", "open"),
    Run.Kind.EXPERIMENT: ("conduct",),
    Run.Kind.INGEST: ("ingest",),
    Run.Kind.EXPORT: ("export",),
}
