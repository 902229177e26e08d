"""Versions under test: few are loaded, each when it is asked, and production comes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.faults.processes import eventually
from tests.together import together
from training import dev_serving, serving
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
    assert all(answer == answers[0] for answer in answers)
    assert loads == [1]


def test_production_waits_for_one_text_under_test_at_most(
    champion: Deployment, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go, entities, order = engine(), threading.Event(), serving._entities, []

    def held(nlp: Any, texts: Sequence[str]) -> Any:
        order.append(texts[0])
        go.wait(10)
        return entities(nlp, texts)

    monkeypatch.setattr(serving, "_entities", held)
    assert eventually(started.ready, 10)
    trial = trial_of(champion.model, 99)
    tests = threading.Thread(target=dev_serving.predict, args=(started, trial, [f"test {n}" for n in range(5)]))
    tests.start()
    assert eventually(lambda: order == ["test 0"], 10)
    pending = [started.submit(champion.project_id, [f"live {n}"]) for n in range(3)]
    go.set()
    assert {one.answer().served.role for one in pending} == {"champion"}
    tests.join(10)
    assert order[:2] == ["test 0", "live 0"]
    assert sorted(order[2:]) == ["test 1", "test 2", "test 3", "test 4"]


def test_predict_with_too_many_waiting_is_refused(
    candidate: ModelVersion, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "MAX_TESTS", 0)
    with pytest.raises(NotServing, match="versions under test wait already"):
        dev_serving.predict(engine(), trial_of(candidate, 1), ["Asthma."])
