"""What a step gets: its run, what the steps before it made, and ways to report, to keep a log and to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone

from training import ner
from training.in_force import rules_of
from training.models import Dataset, ModelVersion, Run
from training.rules import Rules
from training.work import made_folder, work_folder


class Waiting(Exception):  # noqa: N818 - a state, not a fault
    """The step needs a person; the message says whom and for what. No worker is held meanwhile."""


class Ended(Exception):  # noqa: N818 - a result, not a fault
    """The run is over by a decision; the steps that are left are skipped. The message says why."""


def no_progress(share: float, message: str) -> None:
    """Nobody looks."""


@dataclass(slots=True)
class Context:
    """``progress(share, message)`` raises when the run was cancelled or lost; ``made`` holds outputs by step name."""

    run: Run
    progress: Callable[[float, str], None] = no_progress
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def log(self, line: str) -> None:
        """Keep a line for the step's log. Never a word of a note."""
        self.lines.append(f"{timezone.now():%H:%M:%S} {line}")

    @property
    def rules(self) -> Rules:
        return rules_of(self.run.project)

    @property
    def folder(self) -> Path:
        """Where the run keeps what later steps need; private, and swept when nothing can need it any more."""
        return work_folder(self.run)

    @property
    def dataset(self) -> Dataset:
        return Dataset.objects.select_related("project", "test_set").get(pk=self.need("snapshot")["dataset_id"])

    @property
    def labels(self) -> list[str]:
        labels: list[str] = self.need("snapshot")["labels"]
        return labels

    @property
    def model(self) -> ModelVersion:
        return ModelVersion.objects.select_related("project").get(pk=self.need("register")["model_id"])

    @property
    def subject(self) -> ModelVersion:
        """The version that the run is about."""
        if self.run.subject_id is None:
            raise RuntimeError("A step asked for the version of a run that is about none.")
        return ModelVersion.objects.select_related("project").get(pk=self.run.subject_id)

    def need(self, step: str) -> dict[str, Any]:
        """The outputs of an earlier step."""
        if step not in self.made:
            raise RuntimeError(f"A step ran before the step {step!r} that makes its input.")
        return self.made[step]

    def path(self, step: str) -> Path:
        """The model folder that a step wrote."""
        return made_folder(self.need(step))

    def load(self, step: str) -> Any:
        """The pipeline that a step wrote, checked against its hash."""
        return ner.load(self.path(step), sha256=self.need(step)["sha256"])
