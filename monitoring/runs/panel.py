"""Of the step that is chosen: what it took, what it made, its log, the parameters it went by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitoring.runs.graph import Node
from monitoring.runs.links import step_link
from monitoring.runs.outputs import outputs_of
from monitoring.runs.shapes import Fact, Made, Table, plain
from training.models import Run, Step
from training.pipelines import spec_of, title_of
from training.reuse import still_there

TABS = {"outputs": "Outputs", "inputs": "Inputs", "logs": "Logs", "parameters": "Parameters"}
# A worker's log is short; what a run of an older version wrote might not be.
LOG_LINES = 500
# Going on from the wait would wait for the other run's version.
NOT_AGAIN = frozenset({"approval"})
Status = Step.Status


@dataclass(frozen=True, slots=True)
class Taken:
    """An input: the step that made it, its page, and the start of the hash of its content (empty: not taken yet)."""

    title: str
    url: str
    identity: str


@dataclass(frozen=True, slots=True)
class Panel:
    node: Node
    tab: str
    made: Made
    taken: list[Taken] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    may_go_on: bool = False
    reused_from: Step | None = None

    @property
    def step(self) -> Step:
        return self.node.step


def panel(run: Run, node: Node, steps: Sequence[Step], tab: str, rights: Collection[str]) -> Panel:
    step = node.step
    tab = tab if tab in TABS else _telling_tab(step)
    facts, tables = parameters(run, step) if tab == "parameters" else ([], [])
    return Panel(
        node=node,
        tab=tab,
        made=outputs_of(step, rights) if tab == "outputs" else Made(),
        taken=taken(run, step) if tab == "inputs" else [],
        log=step.log.splitlines()[-LOG_LINES:] if tab == "logs" else [],
        facts=facts,
        tables=tables,
        may_go_on=can_go_on(run, step, steps),
        reused_from=step.reused_from,
    )


def _telling_tab(step: Step) -> str:
    return "logs" if step.status in (Status.FAILED, Status.RUNNING, Status.CANCELLED) else "outputs"


def taken(run: Run, step: Step) -> list[Taken]:
    """Every input that the step has, also one that is not made yet."""
    known = {one.name for one in spec_of_takes(run, step)}
    names = [*(one.name for one in spec_of_takes(run, step)), *(name for name in step.inputs if name not in known)]
    return [Taken(title_of(run.kind, n), step_link(run.pk, n), step.inputs.get(n, "")[:16]) for n in names]


def spec_of_takes(run: Run, step: Step) -> list[Any]:
    try:
        return [spec_of(run.kind, name) for name in spec_of(run.kind, step.name).takes]
    except StopIteration:
        # A step of an older version of the product.
        return []


def parameters(run: Run, step: Step) -> tuple[list[Fact], list[Table]]:
    """What the run says and, where it says nothing, that the project's rules held."""
    try:
        names = spec_of(run.kind, step.name).params
    except StopIteration:
        names = ()
    facts = []
    for name in names:
        if name == "settings":
            continue
        given = step.params.get(name, run.params.get(name))
        told = plain(given or step.outputs.get(name))
        facts.append(Fact(name.capitalize(), told if given else f"{told} (not given with the run)"))
    if step.cache_key:
        facts.append(Fact("Key for reuse", step.cache_key[:16], code=True))
    settings = step.params.get("settings") or step.outputs.get("settings") or {}
    rows = [[name, plain(value)] for name, value in settings.items()] if isinstance(settings, dict) else []
    return facts, [Table("Settings that differ from the recipe's", ("Setting", "Value"), rows)] if rows else []


def can_go_on(run: Run, step: Step, steps: Sequence[Step]) -> bool:
    """Whether a new run can take over all before this step: it is at rest, and what they made is still there."""
    if run.kind not in (Run.Kind.PIPELINE, Run.Kind.TRIAL) or step.name in NOT_AGAIN:
        return False
    if not (run.is_over or run.status == Run.Status.WAITING):
        return False
    before = [one for one in steps if one.position < step.position]
    return all(one.status in Step.DONE and still_there(one.outputs) for one in before)
