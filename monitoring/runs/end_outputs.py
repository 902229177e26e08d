"""What the judging and the last steps of a run made, readable."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from monitoring.runs.links import link, run_link
from monitoring.runs.scores import scored
from monitoring.runs.shapes import Fact, Made, Table, interval, percent
from monitoring.runs.timing import words
from training.models import Evaluation, GateReport, ModelVersion, Run, Step


def evaluate(step: Step, _: Collection[str]) -> Made:
    return scored(step.run)


def gates(step: Step, _: Collection[str]) -> Made:
    """One line a gate; the checks with their notes and cases are in the section of the gates."""
    told = [
        (GateReport.Kind(name).label, made) for name, made in step.outputs.items() if name in GateReport.Kind.values
    ]
    facts = [Fact(name, f"{'Passed' if made['passed'] else 'Failed'}: {made['sentence']}") for name, made in told]
    return Made(facts=facts, links=[("Every check, with its notes and cases", "#gates-title")])


def compare(step: Step, rights: Collection[str]) -> Made:
    found, judged = scored(step.run), gates(step, rights)
    return Made(found.sentences, judged.facts, found.tables[:1], judged.links)


def register(step: Step, _: Collection[str]) -> Made:
    made = step.outputs
    model = ModelVersion.objects.filter(pk=made["model_id"]).first()
    facts = [
        Fact("Version", str(made["model"]), link("model", made["model_id"])),
        Fact("F1 on the test notes", percent(made["f1"])),
        Fact("At first", ModelVersion.Status(made["status"]).label),
    ]
    return Made(facts=[*facts, Fact("Now", model.get_status_display())] if model else facts)


def approval(step: Step, _: Collection[str]) -> Made:
    made = step.outputs
    return Made(facts=[Fact("Approved by", made["by"]), Fact("Reason", made["reason"])])


def deploy(step: Step, _: Collection[str]) -> Made:
    url = link("deployments", step.run.project.slug)
    return Made(facts=[Fact("Deployment", f"number {step.outputs['deployment']}", url)])


def new_reference(step: Step, _: Collection[str]) -> Made:
    said = "What the notes and answers of this model look like when all is well; drift is measured against it."
    return Made([said], [Fact("Notes in it", f"{step.outputs['notes']:,}")])


def conduct(step: Step, _: Collection[str]) -> Made:
    """The trials with what each reached on the calibration notes, the best first."""
    trials = list(Run.objects.filter(parent=step.run_id, kind=Run.Kind.TRIAL).order_by("pk"))
    rows = Evaluation.objects.filter(run__in=trials, role=Evaluation.Role.TRIAL).defer("found", "per_note")
    scores = {row.run_id: row.scores for row in rows}
    trials.sort(key=lambda trial: -scores.get(trial.pk, {"f1": -1.0})["f1"])
    url = run_link(step.run)
    return Made(
        facts=[Fact("Trials", f"{len(trials):,}")],
        tables=[
            Table("Trials", ("Trial", "Status", "F1 (95 % interval)", "Cost"), [_trial(t, scores) for t in trials])
        ],
        links=[("The leaderboard of the experiment", url)] if url != link("run", step.run_id) else [],
    )


def _trial(trial: Run, scores: dict[int, dict[str, Any]]) -> list[str]:
    name = f"#{trial.pk} {trial.name}".strip()
    f1 = interval(scores[trial.pk]) if trial.pk in scores else "–"
    return [name, trial.get_status_display(), f1, words(trial.cpu_seconds)]
