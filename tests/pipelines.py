"""A pipeline without its long parts: a model that is there already instead of a training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from annotation.models import Project
from training import gates, ner
from training.actions import rules
from training.gate_results import Check, GateResult
from training.steps import fit


def judge_few_notes(project: Project) -> None:
    """Twelve test notes are few: judged as they are here, and named too few in production."""
    few = {"slice_notes": 5, "slice_entities": 5, "margin": 0.2, "automatic": False, "reauthenticate": False}
    rules.change(project=project, values=few, by=None)


def without_fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate that starts a process has tests of its own."""
    monkeypatch.setattr(gates, "integration", lambda _: GateResult("integration", [Check("Not run here", True, "")]))


def instead_of_training(monkeypatch: pytest.MonkeyPatch, work: Callable[..., Any]) -> None:
    """`work(context, recipe, settings, seed, on_progress)` gives the model."""
    monkeypatch.setattr(fit, "_fit", work)
    without_fresh_process(monkeypatch)


def with_model(monkeypatch: pytest.MonkeyPatch, trained: ner.Trained) -> None:
    instead_of_training(monkeypatch, lambda *_: trained)
