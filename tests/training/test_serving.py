"""The engine: right answers from many threads, one model an answer, and a thread that nothing ends."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest

from annotation.models import Project
from annotation.synthetic import generate
from monitoring.actions import decisions
from tests.conftest import Cast, make_candidate
from tests.faults.processes import eventually
from tests.together import together
from tests.training.conftest import Found
from training import lanes, ner
from training.models import Deployment, ModelVersion
from training.serving import Engine, NotServing

pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = [note.text for note in generate(40, seed=21)]
Direct = Callable[[ModelVersion, list[str]], list[Found]]
Start = Callable[[], Engine]


def serves(engine: Engine, deployment: Deployment) -> bool:
    try:
        return engine.predict(deployment.project_id, ["x"]).served.deployment_id == deployment.pk
    except NotServing:
        return False


def sha_of(engine: Engine, model: ModelVersion) -> str:
    served = engine.champion(model.project_id)
    return served.sha256 if served else ""


@pytest.fixture(scope="session")
def other_trained() -> ner.Trained:
    """A model that answers otherwise."""
    documents = [ner.Document(note.external_id, note.text, note.spans) for note in generate(8, seed=3)]
    settings = ner.Settings(max_steps=10, min_steps=10, seed=5)
    return ner.train(documents, [], labels=["DISEASE", "TREATMENT"], settings=settings, on_progress=id)


def test_predict_without_champion_says_so(project: Project, engine: Start) -> None:
    with pytest.raises(NotServing, match="approve one first"):
        engine().predict(project.pk, ["Asthma."])


def test_predict_for_another_project_says_so(champion: Deployment, cast: Cast, engine: Start) -> None:
    other = Project.objects.get(slug="elsewhere")
    started = engine()
    assert eventually(lambda: serves(started, champion), 10)
    with pytest.raises(NotServing, match="No model of this project"):
        started.predict(other.pk, ["Asthma."])


def test_predict_from_sixteen_threads_equals_direct_calls(
    champion: Deployment, engine: Start, answers_of: Direct
) -> None:
    direct = answers_of(champion.model, TEXTS)
    assert sum(map(len, direct)) > 50
    started = engine()
    assert eventually(lambda: serves(started, champion), 10)

    def one(number: int) -> int:
        for turn in range(10):
            at = (number * 7 + turn) % (len(TEXTS) - 2)
            answer = started.predict(champion.project_id, TEXTS[at : at + 2])
            assert [[*map(tuple, e)] for e in answer.entities] == direct[at : at + 2]
            assert answer.served.sha256 == champion.model.sha256
        return number

    assert together(*[lambda number=number: one(number) for number in range(16)]) == [*range(16)]


def test_hot_swap_under_load_answers_every_request_by_one_version(
    champion: Deployment, cast: Cast, other_trained: ner.Trained, engine: Start, answers_of: Direct,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    texts = TEXTS[:8]
    second = make_candidate(champion.project, cast, other_trained, monkeypatch)
    # It answers otherwise, and worse: its gate failed.
    decisions.override(model=second, by=cast.admin, reason="To see it swap.")
    decisions.second(model=second, by=cast.approver, reason="To see it swap.")
    direct = {m.sha256: answers_of(m, texts) for m in (champion.model, second)}
    assert direct[champion.model.sha256] != direct[second.sha256]
    started, stop = engine(), threading.Event()
    assert eventually(lambda: serves(started, champion), 10)

    everyone: list[list[str]] = []

    def ask() -> list[str]:
        seen: list[str] = []
        everyone.append(seen)
        while not stop.is_set():
            answer = started.predict(champion.project_id, texts)
            assert [[*map(tuple, e)] for e in answer.entities] == direct[answer.served.sha256]
            seen.append(answer.served.sha256)
        return seen

    def swap() -> list[str]:
        try:
            time.sleep(0.2)
            decisions.approve(model=second, by=cast.approver, reason="Other.")
            began = time.monotonic()
            assert eventually(lambda: sha_of(started, second) == second.sha256, 5)
            assert time.monotonic() - began < 2
            time.sleep(0.2)
            decisions.roll_back(model=champion.model, by=cast.approver, reason="Back.")
            assert eventually(lambda: sha_of(started, second) == champion.model.sha256, 5)
            # Each of them has asked again since.
            before = [len(seen) for seen in everyone]
            assert eventually(lambda: all(len(s) > b + 1 for s, b in zip(everyone, before, strict=True)), 20)
        finally:
            stop.set()
        return []

    *asked, swapped = together(*[ask] * 6, swap)
    assert swapped == []
    assert [one for one in asked if isinstance(one, Exception)] == []
    assert {sha for one in asked if isinstance(one, list) for sha in one} == set(direct)
    for seen in asked:
        assert isinstance(seen, list)
        assert sum(a != b for a, b in pairwise(seen)) == 2, "there, and back again"


def test_text_that_makes_the_model_raise_is_refused_and_the_thread_lives_on(
    champion: Deployment, engine: Start, answers_of: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = engine()
    assert eventually(lambda: serves(started, champion), 10)
    # What no caller sends, since texts are checked before: spaCy raises on it.
    with pytest.raises(NotServing, match="could not read this request"):
        started.predict(champion.project_id, [None])  # type: ignore[list-item]
    answer = started.predict(champion.project_id, TEXTS[:1])
    assert [[*map(tuple, e)] for e in answer.entities] == answers_of(champion.model, TEXTS[:1])


def test_text_that_makes_the_model_raise_spoils_no_other_request(
    champion: Deployment, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go, entities = engine(), threading.Event(), lanes.entities
    assert eventually(lambda: serves(started, champion), 10)

    def held(nlp: Any, texts: Sequence[str], labels: Any) -> Any:
        go.wait(10)
        return entities(nlp, texts)

    monkeypatch.setattr(lanes, "entities", held)

    def good() -> object:
        return started.predict(champion.project_id, TEXTS[:1]).entities

    def bad() -> object:
        return started.predict(champion.project_id, [None])  # type: ignore[list-item]

    def release() -> object:
        # All wait behind the first by now, so that they are one batch.
        time.sleep(0.3)
        go.set()
        return None

    answers = together(good, good, bad, good, bad, release)
    assert [isinstance(answer, NotServing) for answer in answers[:5]] == [False, False, True, False, True]


def test_text_that_makes_the_model_raise_is_not_in_the_log(
    champion: Deployment, engine: Start, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object, texts: Sequence[str]) -> Any:
        raise ValueError(texts[0])

    started = engine()
    assert eventually(lambda: serves(started, champion), 10)
    monkeypatch.setattr(lanes, "entities", fail)
    with pytest.raises(NotServing) as refused:
        started.predict(champion.project_id, ["Mrs Canary"])
    assert "Canary" not in str(refused.value)
    assert "Canary" not in "".join(record.getMessage() for record in caplog.records)


def test_predict_with_a_full_queue_is_refused_at_once(
    champion: Deployment, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MAX_WAITING", 4)
    started, go, entities = engine(), threading.Event(), lanes.entities
    assert eventually(lambda: serves(started, champion), 10)

    def slow(nlp: Any, texts: Sequence[str], labels: Any) -> Any:
        go.wait(10)
        return entities(nlp, texts)

    monkeypatch.setattr(lanes, "entities", slow)

    def refused() -> list[str]:
        try:
            assert eventually(lambda: started.waiting() == 4, 5)
            with pytest.raises(NotServing, match="Too many requests wait"):
                started.predict(champion.project_id, ["x"])
        finally:
            go.set()
        return []

    def patient() -> object:
        return started.predict(champion.project_id, ["Asthma."]).entities

    first = threading.Thread(target=patient)
    first.start()
    assert eventually(lambda: started.waiting() == 1, 5)
    *answers, none = together(*[patient] * 3, refused)
    first.join()
    assert none == []
    assert [one for one in answers if isinstance(one, Exception)] == []


def test_predict_that_takes_too_long_is_given_up(
    champion: Deployment, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go = engine(), threading.Event()
    assert eventually(lambda: serves(started, champion), 10)
    monkeypatch.setattr(lanes, "entities", lambda nlp, texts, labels: [[] for _ in texts] if go.wait(10) else [])
    try:
        with pytest.raises(NotServing, match="No answer within"):
            started.predict(champion.project_id, ["x"], timeout=0.1)
    finally:
        go.set()
    assert started.predict(champion.project_id, ["x"]).entities == [[]]


def test_refresh_with_a_broken_artefact_goes_on_with_the_model_before(
    champion: Deployment, cast: Cast, trained: ner.Trained, engine: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = make_candidate(champion.project, cast, trained, monkeypatch)
    started = engine()
    assert eventually(lambda: serves(started, champion), 10)
    monkeypatch.setattr("training.actions.deployments.verify", lambda model: None)
    shutil.rmtree(second.path)
    decisions.approve(model=second, by=cast.approver, reason="Its folder is lost right after.")
    time.sleep(0.2)
    assert started.predict(champion.project_id, ["x"]).served.model_id == champion.model_id
