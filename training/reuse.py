"""A step whose code, inputs and parameters are those of an earlier one takes over what that one made."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from training import snapshots
from training.context import Context
from training.in_force import order_of
from training.models import Deployment, Run, Step
from training.recipes import reads_raw_notes
from training.work import made_folder

if TYPE_CHECKING:
    from training.pipelines import StepSpec


def inputs_of(spec: StepSpec, context: Context) -> dict[str, str]:
    """What the step takes, by the name of the step that made it: the identity of its content."""
    return {name: identity(context.made[name]) for name in spec.takes if name in context.made}


def identity(outputs: dict[str, Any]) -> str:
    if "key" in outputs:
        return str(outputs["key"])
    return hashlib.sha256(json.dumps(outputs, sort_keys=True).encode()).hexdigest()


def cache_key(spec: StepSpec, step: Step, run: Run) -> str:
    """Of a cached step; empty for one that looks at the world and must look again."""
    if not spec.cached:
        return ""
    told = [run.kind in ("pipeline", "trial"), spec.name, spec.version, step.inputs, step.params, _rules_of(spec, run)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _rules_of(spec: StepSpec, run: Run) -> dict[str, Any]:
    """What the step takes from the rules in force where the run does not say it itself."""
    if "recipe" not in spec.params:
        return {}
    order = order_of(run)
    if order["recipe"] == "update":
        # It goes on from the champion of the day.
        champion = Deployment.objects.champion_of(run.project)
        order["champion"] = champion.model.sha256 if champion else None
    if reads_raw_notes(order["recipe"], order["settings"]):
        order["raw_notes"] = snapshots.raw_key(run.project)
    return order


def reusable(spec: StepSpec, step: Step, run: Run) -> Step | None:
    """The newest step with this key whose outputs are still there; None for a run that asked for fresh ones."""
    if not step.cache_key or run.params.get("fresh"):
        return None
    rows = Step.objects.filter(cache_key=step.cache_key, status__in=(Step.Status.SUCCEEDED, Step.Status.REUSED))
    rows = rows.filter(run__project=run.project_id).exclude(pk=step.pk).order_by("-pk")
    return next((row for row in rows[:5] if still_there(row.outputs)), None)


def still_there(outputs: dict[str, Any]) -> bool:
    """Whether the folder that a step wrote has not been swept. A step that ended its run left nothing to go on from."""
    if "ended" in outputs:
        return False
    if "folder" not in outputs:
        return True
    return made_folder(outputs).is_dir()
