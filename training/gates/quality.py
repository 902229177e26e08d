"""The quality gate of a run: its candidate against the champion, under the project's rules."""

from __future__ import annotations

from typing import Any

from annotation.models import FACETS, Note
from training.context import Context
from training.evaluations import note_scores
from training.gate_results import GateResult
from training.gating import QualityRules, quality_gate
from training.models import Evaluation


def _trained(context: Context) -> dict[str, Any]:
    """What says how the seeds did: the training, or of a version that is evaluated again its artefact's step."""
    return context.made.get("train") or context.need("package")


def quality(context: Context, candidate: Evaluation, champion: Evaluation | None) -> GateResult:
    rules = context.rules
    rows = Note.objects.filter(pk__in=[row[0] for row in candidate.per_note]).values_list("pk", *FACETS)
    facets = {pk: dict(zip(FACETS, values, strict=True)) for pk, *values in rows}
    return quality_gate(
        note_scores(candidate, facets),
        note_scores(champion, facets) if champion else None,
        rules=QualityRules(
            margin=rules.margin,
            floor_f1=rules.floor,
            label_floors=rules.label_floors,
            min_notes=rules.slice_notes,
            min_entities=rules.slice_entities,
            # Scored on the calibration notes: the spread is what counts, not the level.
            seed_f1s=list(_trained(context)["seed_f1s"].values()),
        ),
    )
