"""Versions under test: few are loaded, each when it is asked, and production comes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.faults.processes import eventually
from tests.together import together
from training import dev_serving, lanes
from training.models import Deployment, ModelVersion
from training.serving import Engine, NotServing

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[[], Engine]


@pytest.fixture(autouse=True)
def none_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev_serving, "_loaded", OrderedDict())


def trial_of(model: ModelVersion, pk: int) -> Deployment:
    """As in the database, which need not know of it here."""
    return Deployment(pk=pk, project=model.project, model=model, role=Deployment.Role.TEST)


def test_predict_keeps_the_two_versions_used_last(candidate: ModelVersion, engine: Start) -> None:
    started = engine()
    for pk in (1, 2, 1, 3):
        answer = dev_serving.predict(started, trial_of(candidate, pk), ["Asthma.", "T2DM"])
        assert (answer.served.deployment_id, answer.served.role, len(answer.entities)) == (pk, "test", 2)
    assert list(dev_serving._loaded) == [1, 3]


def test_predict_from_many_threads_loads_a_version_once(
    candidate: ModelVersion, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, read, loads = engine(), dev_serving.fresh_nlp_of, []
    monkeypatch.setattr(dev_serving, "fresh_nlp_of", lambda model: (loads.append(1), read(model))[1])
    trial = trial_of(candidate, 1)
    answers = together(*[lambda: dev_serving.predict(started, trial, ["Asthma."]).entities] * 6)
    # A batch may move the last digit of a score.
    spans = [[entity.span for entity in found] for answer in answers for found in answer]  # type: ignore[attr-defined]
    assert spans == [spans[0]] * 6
    assert loads == [1]


def test_production_does_not_wait_for_a_version_under_test(
    champion: Deployment, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go, entities = engine(), threading.Event(), lanes.entities

    def held(nlp: Any, texts: Sequence[str], labels: Any) -> Any:
        if texts[0].startswith("test"):
            go.wait(10)
        return entities(nlp, texts)

    monkeypatch.setattr(lanes, "entities", held)
    assert eventually(started.ready, 10)
    tests = threading.Thread(target=dev_serving.predict, args=(started, trial_of(champion.model, 99), ["test"] * 2))
    tests.start()
    assert eventually(lambda: bool(dev_serving._loaded) and dev_serving._loaded[99].lane.waiting == 1, 10)
    assert started.predict(champion.project_id, ["live"]).served.role == "champion"
    go.set()
    tests.join(10)
    assert not tests.is_alive()


def test_predict_with_too_many_waiting_is_refused(
    candidate: ModelVersion, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev_serving, "MAX_TESTS", 0)
    with pytest.raises(NotServing, match="versions under test wait already"):
        dev_serving.predict(engine(), trial_of(candidate, 1), ["Asthma."])
