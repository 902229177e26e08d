"""Engines whose threads are gone, with their connections, before the next test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.models import Note, Project
from annotation.spans import ScoredSpan
from tests.conftest import Cast
from tests.faults.processes import eventually
from training import dev_serving, ner, serving
from training.actions import runs as actions
from training.models import ModelVersion, Run

SECRET = "Mrs Canary, HIV positive"
LONG_AGO = timedelta(hours=1)
Found = list[tuple[int, int, str, Any]]


@pytest.fixture
def run(project: Project, cast: Cast, gold_notes: list[Note]) -> Run:
    """Queued; nobody has it."""
    return actions.start_training(project=project, by=cast.lead)


def lose(run: Run) -> None:
    """As if its worker had been killed an hour ago."""
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - LONG_AGO)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], serving.Engine]]:
    """Starts an engine that looks for a new champion every few milliseconds."""
    monkeypatch.setattr(serving, "REFRESH_SECONDS", 0.02)
    engines: list[serving.Engine] = []

    def start() -> serving.Engine:
        engines.append(serving.Engine())
        return engines[-1]

    yield start
    dev_serving.close()
    for one in engines:
        one.stop()
    assert eventually(lambda: not any(t.name.startswith("serving-") for t in threading.enumerate()), 10)


@pytest.fixture
def answers_of() -> Callable[[ModelVersion, list[str]], list[Found]]:
    """What a model finds when it is called directly, text by text."""

    def found(model: ModelVersion, texts: list[str]) -> list[Found]:
        nlp = ner.load(model.path, sha256=model.sha256)
        return [rounded(ner.predict(nlp, [text])[0]) for text in texts]

    return found


def rounded(entities: Sequence[ScoredSpan]) -> Found:
    """Spans exactly; scores without the last digits, in which a sum over a batch differs from one over a text."""
    return [(*entity.span, pytest.approx(entity.score, abs=1e-4)) for entity in entities]
