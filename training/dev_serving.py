"""Answers of versions under test: the same inference thread, behind what production asks.

A version is read from the disk at its first request, by the thread that asks, so that the inference thread never waits
for a disk. Few are kept. Its texts are asked one by one: production waits for one of them at most.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from training import ner
from training.artefacts import fresh_nlp_of
from training.models import Deployment
from training.serving import TIMEOUT_SECONDS, Answer, Engine, NotServing, Served

MOST_LOADED = 2
_loaded: OrderedDict[int, Served] = OrderedDict()
_lock = threading.Lock()


def predict(
    engine: Engine, deployment: Deployment, texts: Sequence[str], *, timeout: float = TIMEOUT_SECONDS
) -> Answer:
    """Entities of `texts` by the deployment's model. Raises NotServing when it can't be loaded or is busy."""
    served = _served(deployment)
    pending = [engine.submit(deployment.project_id, [text], timeout=timeout, served=served) for text in texts]
    answers = [one.answer() for one in pending]
    entities = [answer.entities[0] for answer in answers]
    return Answer(served, entities, max((answer.milliseconds for answer in answers), default=0.0))


def _served(deployment: Deployment) -> Served:
    """The deployment's model, loaded: one at a time, the one used longest ago makes room."""
    with _lock:
        served = _loaded.pop(deployment.pk, None) or _read(deployment)
        _loaded[deployment.pk] = served
        while len(_loaded) > MOST_LOADED:
            _loaded.popitem(last=False)
        return served


def _read(deployment: Deployment) -> Served:
    try:
        nlp = fresh_nlp_of(deployment.model)
    except ner.ArtefactError as error:
        raise NotServing(f"{deployment.model} can't be loaded: {error}") from error
    return Served.of(deployment, nlp)
