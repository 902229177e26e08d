"""Trials without a training: only the looks and the score are there, and these follow from the settings alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from annotation.models import Note, Project
from training import ner, runs
from training.context import Context
from training.looks import Looks
from training.models import Evaluation, Run
from training.step_names import STEPS


@pytest.fixture(autouse=True)
def quick(project: Project, gold_notes: list[Note], monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials of which only the looks and the score are there, and these follow from the settings alone."""

    def train(context: Context) -> dict[str, Any]:
        looks, f1 = Looks(context), _f1(context.run.params["settings"])
        for look in (1, 2, 3):
            looks.tell(ner.Progress(look, 3, 1.0, f1 * look / 3, 0.0, looks=look))
        return {}

    specs = {spec.name: replace(spec, takes=(), cached=False) for spec in runs.PIPELINES[Run.Kind.TRIAL]}
    steps = (replace(specs["train"], do=train), replace(specs["score"], do=_score))
    monkeypatch.setitem(runs.PIPELINES, Run.Kind.TRIAL, steps)
    monkeypatch.setitem(STEPS, Run.Kind.TRIAL, ("train", "score"))


def _score(context: Context) -> dict[str, Any]:
    scores = {"f1": _f1(context.run.params["settings"]), "recall": 0.5, "low": 0.1, "high": 0.9}
    Evaluation.objects.create(
        run=context.run,
        dataset_id=context.run.params["dataset"],
        split="dev",
        role=Evaluation.Role.TRIAL,
        scores=scores,
        per_label={"DISEASE": {"f1": 0.5, "recall": 0.25}},
    )
    return {}


def _f1(settings: dict[str, Any]) -> float:
    return 0.9 - abs(settings.get("dropout", 0.1) - 0.2) - abs(settings.get("width", 300) - 64) / 1000


def work_off(experiment: Run, newest_first: bool = False) -> Run:
    """Carry out whatever is queued until nothing is, as workers would."""
    while queued := list(Run.objects.filter(status=Run.Status.QUEUED).order_by("-pk" if newest_first else "pk")):
        runs.execute(queued[0].pk)
    experiment.refresh_from_db()
    return experiment
