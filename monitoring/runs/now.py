"""What a run does at this moment, or whom it waits for, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.runs.graph import Graph
from monitoring.runs.links import link
from training.models import ModelVersion, Run, Step

Status = Run.Status
WHO = {
    ModelVersion.Status.PENDING_APPROVAL: "an approver, who decides about version {number}",
    ModelVersion.Status.GATES_FAILED: "a person, who rejects version {number} or overrides the gate that failed",
    ModelVersion.Status.UAT: "the clinicians who compare version {number} with its rival",
}


@dataclass(frozen=True, slots=True)
class Now:
    """`url` and `words`: where to go when somebody has to do something; `detail` is the step's own message."""

    sentence: str
    detail: str = ""
    url: str = ""
    words: str = ""
    percent: int | None = None
    left: str = ""


def now_of(run: Run, graph: Graph, model: ModelVersion | None) -> Now:
    if run.status == Status.QUEUED:
        return Now("A worker takes it as soon as one is free.")
    if run.status == Status.WAITING:
        return _waits(run, graph, model)
    if run.status == Status.RUNNING:
        return _runs(graph)
    return _ended(run, graph, model)


def _ended(run: Run, graph: Graph, model: ModelVersion | None) -> Now:
    if run.kind == Run.Kind.UAT and run.status == Status.SUCCEEDED:
        session = graph.nodes[-1].step.outputs.get("session")
        return Now("The test is open for its raters.", url=link("uat", session), words="See the test")
    # A run about a version says first how it went itself.
    if model and (run.status == Status.SUCCEEDED or run.subject_id is None):
        said = f"Version {model.number}: {model.get_status_display().lower()}."
        return Now(said, url=link("model", model.pk), words="See the version")
    if run.status == Status.CANCELLED:
        return Now(f"It was cancelled; {_done(graph)} steps were done.")
    broken = next((node.title for node in graph.nodes if node.step.status == Step.Status.FAILED), "")
    return Now(f"It failed in this step: {broken}." if broken else "")


def _runs(graph: Graph) -> Now:
    node = next((node for node in graph.nodes if node.step.status == Step.Status.RUNNING), None)
    if node is None:
        return Now(f"{_done(graph)} steps are done.")
    sentence = f"Step {node.step.position + 1} of {len(graph.nodes)}: {node.title}."
    return Now(sentence, node.step.message, percent=node.percent, left=node.left)


def _done(graph: Graph) -> str:
    return f"{sum(node.step.status in Step.DONE for node in graph.nodes)} of {len(graph.nodes)}"


def _waits(run: Run, graph: Graph, model: ModelVersion | None) -> Now:
    step = next((node.step for node in graph.nodes if node.step.status == Step.Status.WAITING), None)
    detail = step.message if step else ""
    if run.kind == Run.Kind.EXPERIMENT:
        return Now("Waits for its trials.", detail, link("experiment", run.pk), "See the leaderboard")
    if model is None:
        return Now("Waits for a person.", detail)
    if rollout := model.rollouts.running().answering().first():
        return Now(f"Waits for the canary of version {model.number}.", detail, link("rollout", rollout.pk), "See it")
    who = WHO.get(ModelVersion.Status(model.status), "a worker, which goes on with version {number}")
    url = link("model", model.pk)
    words = "Approve or reject" if model.status == ModelVersion.Status.PENDING_APPROVAL else "See the version"
    return Now(f"Waits for {who.format(number=model.number)}.", detail, url, words)
