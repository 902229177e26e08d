"""Serving: one inference thread a process owns every call of a model, its memory zone and its replacement.

spaCy's memory zone is not thread-safe (calls beside it gave silently wrong entities when measured), so request threads
only put texts into a queue. The thread takes what waits, up to sixteen requests, in one batch. A second thread looks
every half second which model the database names as champion, loads it, and hands it over through the same queue.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections import defaultdict, deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connection
from spacy.language import Language

from annotation.spans import ScoredSpan
from training import ner
from training.artefacts import nlp_of
from training.models import Deployment

MAX_BATCH = 16
MAX_WAITING = 2_000
MAX_TESTS = 200
REFRESH_SECONDS = 0.5
RETRY_SECONDS = 30.0
TIMEOUT_SECONDS = 30.0

logger = logging.getLogger(__name__)


class NotServing(Exception):  # noqa: N818 - a state, not a fault
    """No answer can be had now; the message says why. Trying again later makes sense."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model in service: what an answer says about where it comes from."""

    deployment_id: int
    model_id: int
    number: int
    name: str
    sha256: str
    role: str
    nlp: Language = field(repr=False)

    @classmethod
    def of(cls, row: Deployment, nlp: Language) -> Served:
        model = row.model
        return cls(row.pk, model.pk, model.number, model.project.slug, model.sha256, row.role, nlp)


@dataclass(frozen=True, slots=True)
class Answer:
    """The entities of each text, in order, all by one model; ``milliseconds`` include the wait in the queue."""

    served: Served
    entities: list[list[ScoredSpan]]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class _Request:
    project_id: int
    texts: Sequence[str]
    future: Future[tuple[Served, list[list[ScoredSpan]]]]
    # A version under test; None: the champion of the moment.
    served: Served | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that the inference thread has or will have."""

    _future: Future[tuple[Served, list[list[ScoredSpan]]]]
    _began: float
    _timeout: float

    def answer(self) -> Answer:
        """Wait for it. Raises NotServing when it can't be had in time."""
        try:
            served, entities = self._future.result(self._timeout)
        except TimeoutError:
            self._future.cancel()
            raise NotServing(f"No answer within {self._timeout:.0f} seconds; try again later.") from None
        return Answer(served, entities, (time.perf_counter() - self._began) * 1000)


@dataclass(frozen=True, slots=True)
class _Swap:
    champions: dict[int, Served]
    done: threading.Event


class Engine:
    """The inference thread and the thread that keeps it up to date. Safe to call from any thread."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[_Request | _Swap] = queue.Queue(MAX_WAITING)
        self._champions: dict[int, Served] = {}
        # Requests to versions under test: one at a time, after what production asked meanwhile.
        self._tests: deque[_Request] = deque()
        self._try_again: dict[int, float] = {}
        self._ready = threading.Event()
        self._stop = threading.Event()
        for target in (self._infer, self._refresh):
            threading.Thread(target=target, name=f"serving-{target.__name__}", daemon=True).start()

    def predict(self, project_id: int, texts: Sequence[str], *, timeout: float = TIMEOUT_SECONDS) -> Answer:
        """Entities of `texts` by the project's champion. Raises NotServing when there is none, or too much to do."""
        return self.submit(project_id, texts, timeout=timeout).answer()

    def submit(
        self, project_id: int, texts: Sequence[str], *, timeout: float = TIMEOUT_SECONDS, served: Served | None = None
    ) -> Pending:
        """As ``predict``, but the caller can do something else before it asks for the answer.

        `served`: a version under test instead of the champion; it answers behind what production asks.
        """
        began = time.perf_counter()
        if not self._ready.wait(timeout):
            raise NotServing("The model is still loading; try again in a few seconds.")
        request = _Request(project_id, texts, Future(), served)
        if served and len(self._tests) >= MAX_TESTS:
            raise NotServing("Too many requests to versions under test wait already; try again in a few seconds.")
        try:
            self._waiting.put_nowait(request)
        except queue.Full:
            raise NotServing("Too many requests wait already; try again in a few seconds.") from None
        return Pending(request.future, began, timeout)

    def ready(self) -> bool:
        """Whether the champions named by the database are loaded."""
        return self._ready.is_set()

    def stop(self) -> None:
        self._stop.set()
        self._waiting.put(_Swap({}, threading.Event()))

    # The inference thread -------------------------------------------------------------------------------------------
    def _infer(self) -> None:
        while not self._stop.is_set():
            batch, swap = self._take()
            for project_id, requests in batch.items():
                self._answer(self._champions.get(project_id), requests)
            if swap:
                self._champions = swap.champions
                swap.done.set()
            if self._tests:
                request = self._tests.popleft()
                self._answer(request.served, [request])

    def _take(self) -> tuple[dict[int, list[_Request]], _Swap | None]:
        """What waits: requests by project, up to a batch or to the next swap, which keeps its place in the line.

        Requests to versions under test are put aside.
        """
        batch: dict[int, list[_Request]] = defaultdict(list)
        for count in range(MAX_BATCH):
            try:
                item = self._waiting.get(block=not count and not self._tests)
            except queue.Empty:
                break
            if isinstance(item, _Swap):
                return batch, item
            if item.served:
                self._tests.append(item)
            else:
                batch[item.project_id].append(item)
        return batch, None

    def _answer(self, served: Served | None, requests: list[_Request]) -> None:
        live = [request for request in requests if request.future.set_running_or_notify_cancel()]
        if served is None:
            return _refuse(live, NotServing("No model of this project is in service yet; approve one first."))
        _settle(served, live)
        return None

    # The refreshing thread ------------------------------------------------------------------------------------------
    def _refresh(self) -> None:
        while not self._stop.is_set():
            try:
                self._catch_up()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("serving goes on with the models it has: %s", type(error).__name__)
                connection.close()
            except Exception as error:
                # Whatever it is: a thread that ends here would serve an old model for ever, unnoticed.
                logger.error("looking for the champion failed: %s", type(error).__name__, exc_info=error)
            self._stop.wait(REFRESH_SECONDS)
        connection.close()

    def _catch_up(self) -> None:
        rows = Deployment.objects.active().filter(role=Deployment.Role.CHAMPION).select_related("model__project")
        champions = {row.project_id: served for row in rows if (served := self._served(row))}
        if champions != self._champions:
            self._hand_over(champions)
        self._ready.set()

    def _served(self, row: Deployment) -> Served | None:
        """The deployment's model, loaded; the project's present one, if any, when that can't be done now."""
        present = self._champions.get(row.project_id)
        if (present and present.deployment_id == row.pk) or time.monotonic() < self._try_again.get(row.pk, 0):
            return present
        try:
            nlp = nlp_of(row.model)
        except ner.ArtefactError as error:
            logger.error("%s can't be loaded, the one before goes on: %s", row.model, error)
            self._try_again[row.pk] = time.monotonic() + RETRY_SECONDS
            return present
        return Served.of(row, nlp)

    def _hand_over(self, champions: dict[int, Served]) -> None:
        swap = _Swap(champions, threading.Event())
        self._waiting.put(swap)
        while not swap.done.wait(REFRESH_SECONDS):
            # The inference thread has ended and takes nothing more.
            if self._stop.is_set():
                return
        logger.info("serving %s", ", ".join(f"{s.name} v{s.number}" for s in champions.values()) or "no model")


def _entities(nlp: Language, texts: Sequence[str]) -> list[list[ScoredSpan]]:
    # What the zone's texts added to the vocabulary goes with it: memory stays flat, no patient's word stays behind.
    with nlp.memory_zone():
        return ner.predict(nlp, texts)


def _settle(served: Served, requests: Sequence[_Request]) -> None:
    """Answer the requests in one batch; when that fails, one by one, so that only the one to blame is refused."""
    try:
        found = iter(_entities(served.nlp, [text for request in requests for text in request.texts]))
    except Exception as error:
        if len(requests) > 1:
            for request in requests:
                _settle(served, [request])
            return
        logger.error("model %s could not answer: %s", served.name, type(error).__name__, exc_info=error)
        _refuse(requests, NotServing("The model could not read this request; the server's log has the place."))
    else:
        for request in requests:
            request.future.set_result((served, [next(found) for _ in request.texts]))


def _refuse(requests: Sequence[_Request], error: Exception) -> None:
    for request in requests:
        request.future.set_exception(error)


_engines: dict[int, Engine] = {}
_lock = threading.Lock()


def engine() -> Engine:
    """This process's engine, started at the first call. Threads don't survive a fork, so each process has its own."""
    pid = os.getpid()
    if pid not in _engines:
        with _lock:
            if pid not in _engines:
                _engines.clear()
                _engines[pid] = Engine()
    return _engines[pid]


def preload() -> None:
    """Load the champions before the web server forks, so that its processes share their memory.

    What can't be loaded now is tried again by each process's refreshing thread.
    """
    try:
        for row in Deployment.objects.active().filter(role=Deployment.Role.CHAMPION).select_related("model"):
            nlp_of(row.model)
    except (DatabaseError, InterfaceError, ner.ArtefactError) as error:
        logger.warning("no model could be loaded before the web processes start: %s", type(error).__name__)
