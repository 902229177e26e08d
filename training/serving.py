"""Serving: every model in service has a lane (its one thread), and each request goes to one of them.

A thread looks every half second which deployments are active, loads what is new and puts the new routes in place at
once. The lanes of the models used last stay open, so that what waits is answered and going back costs nothing. So no
request fails in a change of models, and each is answered by exactly one version.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection
from spacy.language import Language

from training import ner
from training.answered import Answer, Missed, outcome_of
from training.artefacts import fresh_nlp_of, nlp_of
from training.lanes import Lane, NotServing, Request, Served, TooMuchWaits
from training.models import Deployment
from training.routes import Route, Target

REFRESH_SECONDS = 0.5
RETRY_SECONDS = 30.0
TIMEOUT_SECONDS = 30.0
# How long a caller waits for a canary before the champion answers: five times the usual, at least a second.
PATIENCE_SECONDS, PATIENCE_TIMES = 1.0, 5.0
# Models whose lanes stay open after their service, the one used last first.
MOST_LANES = 3
Role = Deployment.Role

logger = logging.getLogger(__name__)
__all__ = ["Answer", "Engine", "Missed", "NotServing", "Pending", "Served", "engine", "preload"]


@dataclass(frozen=True, slots=True)
class Pending:
    """A request that a lane has or will have."""

    _engine: Engine
    _project_id: int
    _target: Target
    _request: Request
    _began: float

    def answer(self) -> Answer:
        """Wait for it. Raises NotServing when it can't be had in time."""
        if self._target.served.role == Role.CHAMPION:
            return self._engine.finish(self._target, self._request, self._began, None)
        patience = max(PATIENCE_SECONDS, PATIENCE_TIMES * self._engine.usual_seconds)
        try:
            return Answer(self._target.served, self._request.future.result(patience), self._milliseconds())
        except (NotServing, CancelledError) as error:
            outcome = outcome_of(error)
        except TimeoutError:
            self._request.future.cancel()
            outcome = "slow"
        missed = Missed(self._target.served, outcome, self._milliseconds())
        again = Request(self._request.texts, self._request.until)
        return self._engine.finish(self._engine.put(self._project_id, again, None), again, self._began, missed)

    def _milliseconds(self) -> float:
        return 1000 * (time.perf_counter() - self._began)


class Engine:
    """The lanes and the thread that keeps them up to date. Safe to call from any thread."""

    def __init__(self) -> None:
        # By project; replaced as a whole.
        self._routes: dict[int, Route] = {}
        # Open lanes by the identity of their model, the one used last at the end.
        self._lanes: OrderedDict[int, Lane] = OrderedDict()
        self._ending: list[Lane] = []
        self._try_again: dict[int, float] = {}
        self._ready = threading.Event()
        self._stop = threading.Event()
        # What the champion usually takes, in seconds: a moving mean.
        self.usual_seconds = 0.0
        threading.Thread(target=self._refresh, name="serving-refresh", daemon=True).start()

    def predict(
        self, project_id: int, texts: Sequence[str], *, route_key: str = "", timeout: float = TIMEOUT_SECONDS
    ) -> Answer:
        """Entities of `texts`. Raises NotServing when there is no champion, or too much to do."""
        return self.submit(project_id, texts, route_key=route_key, timeout=timeout).answer()

    def submit(
        self, project_id: int, texts: Sequence[str], *, route_key: str = "", timeout: float = TIMEOUT_SECONDS
    ) -> Pending:
        """As ``predict``, but the caller can do something else before it asks for the answer.

        `route_key` says for whom is asked: who has the same key gets the same model while several share the callers.
        """
        began = time.perf_counter()
        if not self._ready.wait(timeout):
            raise NotServing("The model is still loading; try again in a few seconds.")
        request = Request(texts, time.monotonic() + timeout)
        return Pending(self, project_id, self.put(project_id, request, route_key), request, began)

    def put(self, project_id: int, request: Request, route_key: str | None) -> Target:
        """Who will answer the request; `route_key` None: the champion."""
        while not self._stop.is_set():
            route = self._routes.get(project_id)
            if route is None:
                raise NotServing("No model of this project is in service yet; approve one first.")
            target = route.champion if route_key is None else route.choose(route_key)
            try:
                # A lane that was closed a moment ago has its successor in the routes.
                if target.lane.put(request):
                    return target
            except TooMuchWaits as refusal:
                if target.served.role == Role.CHAMPION:
                    raise
                # Nobody is refused because a canary does not keep up: it missed this one.
                request.future.set_exception(refusal)
                return target
        raise NotServing("The server is stopping; try again in a few seconds.")

    def finish(self, target: Target, request: Request, began: float, missed: Missed | None) -> Answer:
        """The champion's answer: nobody stands behind it."""
        try:
            found = request.future.result(max(0.0, request.until - time.monotonic()))
        except (TimeoutError, CancelledError):
            request.future.cancel()
            raise NotServing("No answer within the time that a request has; try again later.") from None
        seconds = time.perf_counter() - began
        self.usual_seconds += 0.05 * (min(seconds, 5.0) - self.usual_seconds)
        return Answer(target.served, found, 1000 * seconds, missed)

    def ready(self) -> bool:
        """Whether the models named by the database are loaded."""
        return self._ready.is_set()

    def champion(self, project_id: int) -> Served | None:
        route = self._routes.get(project_id)
        return route.champion.served if route else None

    def serving(self) -> list[Served]:
        """Every model that answers callers now."""
        return [target.served for route in self._routes.values() for target in route.targets]

    def waiting(self) -> int:
        """Requests without an answer, in all lanes."""
        return sum(lane.waiting for lane in list(self._lanes.values()))

    def stop(self, timeout: float = 10.0) -> bool:
        """Answer what waits and end; False when that took too long."""
        self._stop.set()
        lanes = [*self._lanes.values(), *self._ending]
        for lane in lanes:
            lane.close()
        ended = [lane.join(timeout) for lane in lanes]
        return all(ended)

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
                logger.error("looking for the deployments failed: %s", type(error).__name__, exc_info=error)
            self._stop.wait(REFRESH_SECONDS)
        connection.close()

    def _catch_up(self) -> None:
        rows = list(Deployment.objects.answering().select_related("model__project", "project__hold"))
        others = {row.project_id: row for row in rows if row.role != Role.CHAMPION}
        routes = {}
        for row in rows:
            present = self._routes.get(row.project_id)
            champion = self._target(row) or (present.champion if present else None)
            if row.role == Role.CHAMPION and champion:
                other = others.get(row.project_id)
                target = self._target(other) if other else None
                routes[row.project_id] = Route(champion, target, other.share if other and target else 0)
        if routes != self._routes:
            self._routes = routes
            names = [f"{served.name} v{served.number} ({served.role})" for served in self.serving()]
            logger.info("serving %s", ", ".join(names) or "no model")
        self._close_old()
        self._ready.set()

    def _target(self, row: Deployment) -> Target | None:
        """The deployment with its model's lane; None when the model can't be loaded now."""
        if time.monotonic() < self._try_again.get(row.pk, 0):
            return None
        try:
            nlp = self._known(row) or nlp_of(row.model)
            lane = self._lane(nlp, row)
            return Target(Served.of(row, lane.nlp), lane)
        except ner.ArtefactError as error:
            logger.error("%s can't be loaded, the one before goes on: %s", row.model, error)
            self._try_again[row.pk] = time.monotonic() + RETRY_SECONDS
            return None

    def _known(self, row: Deployment) -> Language | None:
        """The model as the routes have it: what is in service need not be looked for on the disk."""
        route = self._routes.get(row.project_id)
        found = [t.served for t in route.targets if t.served.model_id == row.model_id] if route else []
        return found[0].nlp if found else None

    def _lane(self, nlp: Language, row: Deployment) -> Lane:
        lane = self._lanes.get(id(nlp))
        if lane is None:
            ending = [lane for lane in self._ending if lane.nlp is nlp]
            if not all(lane.join(TIMEOUT_SECONDS) for lane in ending):
                # One thread a model: the old one is still at it, so this one gets a copy.
                nlp = fresh_nlp_of(row.model)
            lane = self._lanes[id(nlp)] = Lane(nlp, f"{row.model.project.slug} v{row.model.number}", row.model.labels)
        self._lanes.move_to_end(id(nlp))
        return lane

    def _close_old(self) -> None:
        needed = {id(target.lane) for route in self._routes.values() for target in route.targets}
        idle = [key for key, lane in self._lanes.items() if id(lane) not in needed]
        for key in idle[: max(0, len(self._lanes) - max(MOST_LANES, len(needed)))]:
            lane = self._lanes.pop(key)
            lane.close()
            self._ending.append(lane)
        self._ending = [lane for lane in self._ending if not lane.join(0)]


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
    """Load the models in service before the web server forks, so that its processes share their memory.

    What can't be loaded now is tried again by each process's refreshing thread.
    """
    try:
        for row in Deployment.objects.answering().select_related("model"):
            nlp_of(row.model)
    except (DatabaseError, InterfaceError, ner.ArtefactError) as error:
        logger.warning("no model could be loaded before the web processes start: %s", type(error).__name__)
