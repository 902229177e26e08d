"""The context of a finished pipeline, as the step of gates gets it."""

from __future__ import annotations

import pytest

from training.context import Context
from training.models import ModelVersion


@pytest.fixture
def context(candidate: ModelVersion) -> Context:
    made = {step.name: step.outputs for step in candidate.run.steps.all()}
    return Context(run=candidate.run, made=made)
