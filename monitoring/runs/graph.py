"""The steps of a run as nodes, each with what there is to know of it at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.runs.arcs import WIDTH, Arc, arcs, height
from monitoring.runs.timing import lasted, seconds_left, words
from training.models import Run, Step
from training.pipelines import PIPELINES, title_of

Status = Step.Status
# Whose panel opens by itself: the first of these that there is.
TELLING = (Status.FAILED, Status.RUNNING, Status.WAITING, Status.CANCELLED)
# Less is not worth a word.
LEAST_CPU = 0.05


@dataclass(frozen=True, slots=True)
class Node:
    """`took`, `left` and `cpu` are in words, empty when there is nothing to say; `percent` of a running step."""

    step: Step
    title: str
    chosen: bool
    took: str
    left: str
    cpu: str
    percent: int

    @property
    def again(self) -> bool:
        return self.step.attempt > 1


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: list[Node]
    arcs: list[Arc]
    width: int
    height: int


def graph(run: Run, steps: Sequence[Step], chosen: Step, now: datetime) -> Graph:
    names = [step.name for step in steps]
    takes = {spec.name: spec.takes for spec in PIPELINES[run.kind]}
    nodes = [node(run, step, chosen, now) for step in steps]
    return Graph(nodes, arcs(names, takes, chosen.name), WIDTH, height(names))


def node(run: Run, step: Step, chosen: Step, now: datetime) -> Node:
    running = step.status == Status.RUNNING
    left = seconds_left(step.progress, step.started_at, now) if running else None
    idle = step.status in (Status.PENDING, Status.SKIPPED, Status.REUSED)
    took = None if idle or step.attempt == 0 else lasted(step.started_at, step.ended_at, now)
    if step.status == Status.WAITING:
        took = None
    return Node(
        step=step,
        title=title_of(run.kind, step.name),
        chosen=step.pk == chosen.pk,
        took=words(took),
        left=f"about {words(left)} left" if left is not None else "",
        cpu=words(step.cpu_seconds) if step.cpu_seconds >= LEAST_CPU and not idle else "",
        percent=round(step.progress * 100),
    )


def choose(steps: Sequence[Step], asked: str) -> Step:
    """The step called `asked`; else the one that tells most: what failed, runs or waits, else the last that is done."""
    for step in steps:
        if step.name == asked:
            return step
    for status in TELLING:
        for step in steps:
            if step.status == status and (status != Status.CANCELLED or step.attempt):
                return step
    done = [step for step in steps if step.status in (Status.SUCCEEDED, Status.REUSED)]
    return done[-1] if done else steps[0]
