"""A lane: one loaded model, the one thread that may call it, and what waits for it.

spaCy's memory zone is not thread-safe (calls beside it gave silently wrong entities when measured), so no other thread
ever calls a lane's model. Two models have two vocabularies: a slow one holds up nobody who asks another.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from spacy.language import Language

from annotation.spans import ScoredSpan
from training import ner
from training.models import Deployment
from training.ner.zone import zone

MAX_BATCH = 16
MAX_BATCH_CHARACTERS = 50_000
# When several were answered together they soon ask again: so long is waited for as many, for they cost less together.
GATHER_SECONDS = 0.02
MAX_WAITING = 2_000
# A request is refused when those before it would take longer than this.
LONGEST_WAIT_SECONDS = 10.0
# What a lane is taken to read before it was measured; the slowest machine in mind.
FIRST_CHARACTERS_A_SECOND = 10_000.0

logger = logging.getLogger(__name__)


class NotServing(Exception):  # noqa: N818 - a state, not a fault
    """No answer can be had now; the message says why. Trying again after ``retry_after`` seconds makes sense."""

    def __init__(self, reason: str, retry_after: int = 5) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class TooMuchWaits(NotServing):
    """The lane is full, so it takes nothing more for a moment."""


class WrongAnswerError(Exception):
    """A model named an entity that is not in the text, or under a label that it does not have."""


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
    # While the project is on hold: every entity with a lower score is to be reviewed.
    review_below: float = 0.0

    @classmethod
    def of(cls, row: Deployment, nlp: Language) -> Served:
        """`row` with its project's hold, if there is one."""
        model = row.model
        hold = getattr(row.project, "hold", None)
        below = hold.review_below or 0.0 if hold else 0.0
        return cls(row.pk, model.pk, model.number, model.project.slug, model.sha256, row.role, nlp, below)


Entities = list[list[ScoredSpan]]


@dataclass(frozen=True, slots=True)
class Request:
    """Texts that wait, and until when (``time.monotonic``) somebody waits for them."""

    texts: Sequence[str]
    until: float
    future: Future[Entities] = field(default_factory=Future)

    @property
    def characters(self) -> int:
        return sum(len(text) for text in self.texts if isinstance(text, str))


class Lane:
    """Safe to call from any thread. Ends when it is closed and all that waited has its answer."""

    def __init__(self, nlp: Language, name: str, labels: Collection[str] = ()) -> None:
        """`labels` are those that the model may use; any when there are none."""
        self.nlp, self.name, self.labels = nlp, name, frozenset(labels)
        self._waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._characters = 0
        self._requests = 0
        self._speed = FIRST_CHARACTERS_A_SECOND
        # Requests in the batches of late.
        self._usual = 1
        self._thread = threading.Thread(target=self._run, name=f"serving-{name}", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Requests that have no answer yet."""
        return self._requests

    def put(self, request: Request) -> bool:
        """False when the lane was closed. Raises TooMuchWaits."""
        with self._lock:
            if self._closed:
                return False
            wait = self._characters / self._speed
            if self._requests >= MAX_WAITING or (self._requests and wait > LONGEST_WAIT_SECONDS):
                raise TooMuchWaits("Too many requests wait already; try again later.", max(1, math.ceil(wait)))
            self._requests += 1
            self._characters += request.characters
            self._waiting.put(request)
        return True

    def close(self) -> None:
        """Take nothing more; what waits is answered."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)

    def join(self, timeout: float) -> bool:
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # The thread -----------------------------------------------------------------------------------------------------
    def _run(self) -> None:
        open_still = True
        while open_still:
            batch, open_still = self._take()
            live = [one for one in batch if one.until > time.monotonic() and one.future.set_running_or_notify_cancel()]
            began = time.perf_counter()
            self._settle(live)
            self._done(batch, live, time.perf_counter() - began)

    def _take(self) -> tuple[list[Request], bool]:
        """The next request and those that come with it, up to a batch; False when nothing comes after them."""
        batch: list[Request] = []
        characters, gathered_by = 0, 0.0
        while len(batch) < MAX_BATCH and characters < MAX_BATCH_CHARACTERS:
            patience = gathered_by - time.monotonic() if len(batch) < self._usual else 0.0
            try:
                item = self._waiting.get(timeout=max(0.0, patience)) if batch else self._waiting.get()
            except queue.Empty:
                break
            if item is None:
                return batch, False
            gathered_by = gathered_by or time.monotonic() + GATHER_SECONDS
            batch.append(item)
            characters += item.characters
        self._usual = max(len(batch), self._usual - 1)
        return batch, True

    def _done(self, batch: Sequence[Request], live: Sequence[Request], seconds: float) -> None:
        characters = sum(request.characters for request in live)
        with self._lock:
            self._requests -= len(batch)
            self._characters -= sum(request.characters for request in batch)
            if characters and seconds > 0:
                self._speed += 0.1 * (characters / seconds - self._speed)

    def _settle(self, requests: Sequence[Request]) -> None:
        """Answer the requests in one batch; when that fails, one by one, so that only the one to blame is refused."""
        if not requests:
            return
        texts = [text for request in requests for text in request.texts]
        try:
            found = iter(entities(self.nlp, texts, self.labels))
        except Exception as error:
            if len(requests) > 1:
                for request in requests:
                    self._settle([request])
                return
            logger.error("model %s could not answer: %s", self.name, type(error).__name__, exc_info=error)
            refusal = NotServing("The model could not read this request; the server's log has the place.")
            refusal.__cause__ = error
            requests[0].future.set_exception(refusal)
        else:
            for request in requests:
                request.future.set_result([next(found) for _ in request.texts])


def entities(nlp: Language, texts: Sequence[str], labels: Collection[str] = ()) -> Entities:
    """What the model finds in each text. Raises WrongAnswerError for an entity outside its text or of other labels."""
    # What the texts added to the vocabulary goes with the zone: memory stays flat, no patient's word stays behind.
    with zone(nlp, sum(map(len, texts))):
        found = ner.predict(nlp, texts)
    for text, spans in zip(texts, found, strict=True):
        if any(not 0 <= span.start < span.end <= len(text) for span in spans):
            raise WrongAnswerError("An entity lies outside its text.")
        if labels and any(span.label not in labels for span in spans):
            raise WrongAnswerError("An entity has a label that is not the model's.")
    return found
