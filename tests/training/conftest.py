"""Engines whose threads are gone, with their connections, before the next test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from annotation.spans import ScoredSpan
from tests.faults.processes import eventually
from training import ner, serving
from training.models import ModelVersion

Found = list[tuple[int, int, str, Any]]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], serving.Engine]]:
    """Starts an engine that looks for a new champion every few milliseconds."""
    monkeypatch.setattr(serving, "REFRESH_SECONDS", 0.02)
    engines: list[serving.Engine] = []

    def start() -> serving.Engine:
        engines.append(serving.Engine())
        return engines[-1]

    yield start
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
