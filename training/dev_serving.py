"""Answers of versions under test: each has a lane of its own, and production goes first.

A version is read from the disk at its first request, by the thread that asks. Few are kept. Its texts are asked one by
one, each when production has nothing waiting, or after a second.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import CancelledError

from annotation.spans import ScoredSpan
from training import ner
from training.artefacts import fresh_nlp_of
from training.lanes import Lane, NotServing, Request, Served
from training.models import Deployment
from training.routes import Target
from training.serving import TIMEOUT_SECONDS, Answer, Engine

MOST_LOADED = 2
MAX_TESTS = 50
LONGEST_COURTESY_SECONDS = 1.0
_loaded: OrderedDict[int, Target] = OrderedDict()
_lock = threading.Lock()


def predict(
    engine: Engine, deployment: Deployment, texts: Sequence[str], *, timeout: float = TIMEOUT_SECONDS
) -> Answer:
    """Entities of `texts` by the deployment's model. Raises NotServing when it can't be loaded or is busy."""
    began = time.perf_counter()
    until = time.monotonic() + timeout
    found = [_one(engine, deployment, text, until) for text in texts]
    served = found[-1][0] if found else _target(deployment).served
    return Answer(served, [entities for _, entities in found], 1000 * (time.perf_counter() - began))


def close() -> None:
    """Let all versions under test go."""
    with _lock:
        while _loaded:
            _loaded.popitem()[1].lane.close()


def _one(engine: Engine, deployment: Deployment, text: str, until: float) -> tuple[Served, list[ScoredSpan]]:
    courteous = time.monotonic() + LONGEST_COURTESY_SECONDS
    while engine.waiting() and time.monotonic() < courteous:
        time.sleep(0.002)
    request = Request([text], until)
    target = _target(deployment)
    if target.lane.waiting >= MAX_TESTS:
        raise NotServing("Too many requests to versions under test wait already; try again in a few seconds.")
    # It may make room for another version at this very moment: then it is read again.
    while not target.lane.put(request):
        target = _target(deployment)
    try:
        return target.served, request.future.result(max(0.0, until - time.monotonic()))[0]
    except (TimeoutError, CancelledError):
        request.future.cancel()
        raise NotServing("No answer within the time that a request has; try again later.") from None


def _target(deployment: Deployment) -> Target:
    """The deployment's model, loaded: one at a time, the one used longest ago makes room."""
    with _lock:
        target = _loaded.pop(deployment.pk, None) or _read(deployment)
        _loaded[deployment.pk] = target
        while len(_loaded) > MOST_LOADED:
            _loaded.popitem(last=False)[1].lane.close()
        return target


def _read(deployment: Deployment) -> Target:
    try:
        nlp = fresh_nlp_of(deployment.model)
    except ner.ArtefactError as error:
        raise NotServing(f"{deployment.model} can't be loaded: {error}") from error
    return Target(Served.of(deployment, nlp), Lane(nlp, f"test {deployment.pk}"))
