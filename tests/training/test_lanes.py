"""How a lane puts requests together: without waiting for nobody, and all of those who ask together."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import spacy

from training import lanes
from training.lanes import Lane, Request


@dataclass
class Batches:
    """The sizes of the batches that a lane read; each waits until the test lets it go."""

    go: threading.Event = field(default_factory=threading.Event)
    sizes: list[int] = field(default_factory=list)

    def read(self, _nlp: Any, texts: Sequence[str], *_: Any) -> list[list[Any]]:
        self.sizes.append(len(texts))
        assert self.go.wait(10)
        return [[] for _ in texts]


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Batches:
    made = Batches()
    monkeypatch.setattr(lanes, "entities", made.read)
    return made


@pytest.fixture
def lane(batches: Batches) -> Iterator[Lane]:
    lane = Lane(spacy.blank("xx"), "test")
    yield lane
    batches.go.set()
    lane.close()
    assert lane.join(10)


def put(lane: Lane, number: int) -> list[Request]:
    requests = [Request(["x"], time.monotonic() + 60) for _ in range(number)]
    assert all(lane.put(request) for request in requests)
    return requests


def begun(lane: Lane, batches: Batches) -> list[Request]:
    """One request that is being read, until the test lets it go."""
    first = put(lane, 1)
    while not batches.sizes:
        time.sleep(0.001)
    return first


def answered(requests: Sequence[Request]) -> bool:
    return all(request.future.result(10) == [[]] for request in requests)


def test_request_alone_waits_for_nobody(lane: Lane, batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "GATHER_SECONDS", 1000.0)
    batches.go.set()
    for _ in range(3):
        assert answered(put(lane, 1))
    assert batches.sizes == [1, 1, 1]


def test_requests_that_wait_go_together_and_those_who_ask_again_are_waited_for(
    lane: Lane, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "GATHER_SECONDS", 1000.0)
    first, waiting = begun(lane, batches), put(lane, 3)
    batches.go.set()
    assert answered([*first, *waiting])
    again = put(lane, 1)
    time.sleep(0.02)
    assert not again[0].future.done()
    again += put(lane, 2)
    assert answered(again)
    assert batches.sizes == [1, 3, 3]


def test_who_does_not_ask_again_is_not_waited_for_for_long(
    lane: Lane, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "GATHER_SECONDS", 0.01)
    first, waiting = begun(lane, batches), put(lane, 5)
    batches.go.set()
    assert answered([*first, *waiting])
    for _ in range(5):
        assert answered(put(lane, 1))
    assert batches.sizes == [1, 5, 1, 1, 1, 1, 1]


def test_batch_ends_at_its_most_requests_and_characters(
    lane: Lane, batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MAX_BATCH", 4)
    first, waiting = begun(lane, batches), put(lane, 9)
    batches.go.set()
    assert answered([*first, *waiting])
    assert batches.sizes == [1, 4, 4, 1]
