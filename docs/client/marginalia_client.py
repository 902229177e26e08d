"""A small client of Marginalia's API for notebooks and scripts. One file, standard library only, Python 3.11 or newer.

    from marginalia_client import Marginalia
    client = Marginalia("http://127.0.0.1:8000", key)
    for document in client.extract(["k/c/o T2DM, Tab Metformin 500 BD"]):
        client.feedback(document.prediction_id, complete=True)
    for note in client.notes(client.datasets()[0].version, split="test"):
        ...

Offsets count Unicode code points, end-exclusive: ``note.text[span.start:span.end]`` is the mention. Scores are
fractions of 1, times are aware datetimes, durations are seconds.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

PAGE = 200
MOST_DOCUMENTS = 25
MOST_ROWS = 100
RETRIED = (429, 503)
LONGEST_WAIT = 60.0
T = TypeVar("T")


class MarginaliaError(Exception):
    """What the server says is wrong: `status` of the answer (0: none came), a sentence with the remedy, and all the
    `problem` details there are."""

    def __init__(self, status: int, sentence: str, problem: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.problem = status, dict(problem or {})


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a note: gold, or what a model found, then with its `score`."""

    start: int
    end: int
    label: str
    score: float | None = None
    assertion: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity that extract found. `assertion`: what the note says of it (certainty, conditionality, association,
    temporality); `codes`: ``{system, code, display}``; `needs_review`: below the project's threshold."""

    id: str
    text: str
    label: str
    start: int
    end: int
    score: float
    assertion: dict[str, str]
    codes: list[dict[str, str]]
    needs_review: bool


@dataclass(frozen=True, slots=True)
class Document:
    """What was found in one text. One that could not be read has its reasons in `errors`, and no `prediction_id`."""

    id: str
    entities: list[Entity]
    errors: list[str]
    warnings: list[str]
    prediction_id: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a doctor says of an entity: `verdict` is accepted, rejected or added; what is added needs its `label`."""

    start: int
    end: int
    verdict: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a note or of its gold: `status` is added, known, gold, conflict or error."""

    id: str | None
    status: str
    errors: list[str]
    warnings: list[str] = field(default_factory=list)
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """The version in service. `evaluation`: ``{dataset, scores, per_label}``; `answering`: all that answer callers."""

    name: str
    version: int
    sha256: str
    labels: list[str]
    since: datetime
    role: str
    share: int
    evaluation: dict[str, Any] | None
    answering: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Job:
    """Many notes in one upload. `status`: queued, running, succeeded, failed, cancelled; `share`: None until all rows
    were read."""

    id: str
    status: str
    rows: int
    done: int
    failed: int
    quarantined: int
    share: float | None
    seconds_left: float | None
    error: str | None
    model: dict[str, Any]

    @property
    def is_over(self) -> bool:
        return self.status in ("succeeded", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Result:
    """What was found in a row of a job; the row's reasons when it was none."""

    row: int
    id: str | None
    prediction_id: str | None
    entities: list[Entity]
    errors: list[str]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A sealed snapshot. `splits`: ``{split: {notes, entities: {label: n}}}``; `quality` only of a single dataset."""

    version: int
    sha256: str
    created_at: datetime
    test_set: int | None
    splits: dict[str, Any]
    quality: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a dataset with its gold."""

    id: int
    uid: str
    split: str
    text: str
    spans: list[Span]
    facets: dict[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """`seconds` is None until it has ended."""

    name: str
    status: str
    progress: float
    message: str
    seconds: float | None
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """A training, an experiment or a trial. `steps` only of a single run; `model` is the version it registered."""

    id: int
    kind: str
    name: str
    status: str
    trigger: str
    params: dict[str, Any]
    seed: int
    metrics: dict[str, Any]
    model: int | None
    experiment: int | None
    cpu_seconds: float
    error: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NoteResult:
    """A model on one note: strict counts, the same per label (``{label: {tp, fp, fn}}``), and what it found."""

    id: int
    tp: int
    fp: int
    fn: int
    labels: dict[str, dict[str, int]]
    found: list[Span]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A model on a split of a dataset. `left_out` counts notes that may not be read any more."""

    role: str
    split: str
    dataset: int
    model: int | None
    scores: dict[str, Any]
    difference: dict[str, float]
    per_label: dict[str, Any]
    slices: dict[str, dict[str, Any]]
    misaligned: int
    notes: list[NoteResult]
    left_out: int


class Marginalia:
    """The API of one project, that of `key`. Every method raises MarginaliaError.

    `timeout` is of one request, in seconds. An answer that asks to come again later (429, 503) is followed `retries`
    times; nothing else is asked twice.
    """

    def __init__(self, url: str, key: str, timeout: float = 30.0, *, retries: int = 3) -> None:
        if not url.startswith(("http://", "https://")):
            raise MarginaliaError(0, f"{url!r} is no address of a server; give one that starts with https://.")
        self._url = url.rstrip("/") + "/api/v1/"
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._timeout, self._retries = timeout, retries

    # Entities --------------------------------------------------------------------------------------------------------
    def extract(
        self, texts: Sequence[str | Mapping[str, Any]], *, store: bool = True, client_ref: str | None = None
    ) -> list[Document]:
        """The entities of each text (or document with id, text and facets), in the order given. Scope extract."""
        found: list[Document] = []
        rows = _documents(texts)
        for start in range(0, len(rows), MOST_DOCUMENTS):
            body = {"documents": rows[start : start + MOST_DOCUMENTS], "store": store, "client_ref": client_ref}
            found += [_document(row) for row in self._ask("POST", "extract", body)["documents"]]
        return found

    def feedback(
        self,
        prediction_id: str | None = None,
        verdicts: Sequence[Verdict] = (),
        *,
        client_ref: str | None = None,
        document_id: str | None = None,
        complete: bool = False,
    ) -> dict[str, Any]:
        """What a doctor says of an answer, by its id or by your names for request and document. Scope feedback."""
        which = {"prediction_id": prediction_id, "client_ref": client_ref, "id": document_id}
        body = {**which, "entities": [asdict(row) for row in verdicts], "complete": complete}
        return dict(self._sent("feedback", body))

    def submit(self, texts: Sequence[str | Mapping[str, Any]], *, store: bool = True) -> Job:
        """Send a job of any number of texts, answered in the background. Scope jobs."""
        return _made(Job, self._sent("jobs", {"documents": _documents(texts), "store": store}))

    def job(self, job: Job | str) -> Job:
        return _made(Job, self._ask("GET", f"jobs/{_id(job)}"))

    def cancel(self, job: Job | str) -> Job:
        return _made(Job, self._ask("POST", f"jobs/{_id(job)}/cancel", {}))

    def wait(self, job: Job | str, timeout: float = 3600.0, every: float = 1.0) -> Job:
        """The job when it is over; raises MarginaliaError when it is not after `timeout` seconds."""
        ends = time.monotonic() + timeout
        while not (now := self.job(job)).is_over:
            if time.monotonic() > ends:
                raise MarginaliaError(0, f"Job {now.id} is not over after {timeout:g} s; it goes on, wait again.")
            time.sleep(every)
        return now

    def results(self, job: Job | str) -> Iterator[Result]:
        """The results in the order of the rows, fetched a page at a time; of a job at work, those there are."""
        cursor: str | None = ""
        while cursor is not None:
            answer = self._ask("GET", f"jobs/{_id(job)}/results?{urlencode({'cursor': cursor, 'limit': PAGE})}")
            for row in answer["results"]:
                yield _made(Result, row, entities=_entities(row["entities"]))
            cursor = answer["next"] if answer["results"] else None

    # Notes and gold of other systems ---------------------------------------------------------------------------------
    def send_notes(self, notes: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Notes for annotators, each with id and text; what became of each. Scope write."""
        return list(self._rows("notes", notes))

    def send_gold(self, annotations: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Gold, each with the note's id, `entities` and perhaps `if_revision`; what became of each. Scope write."""
        return list(self._rows("annotations", annotations))

    def note(self, external_id: str) -> dict[str, Any]:
        """One note by your id as the API gives it: text, annotations, what models found."""
        return dict(self._ask("GET", f"notes/{quote(external_id, safe='')}"))

    def labels(self) -> list[dict[str, Any]]:
        """``{name, hint, retired}``, as the guidelines in force have them."""
        return list(self._ask("GET", "labels")["labels"])

    # Models, datasets, runs ------------------------------------------------------------------------------------------
    def model(self) -> Model:
        row = self._ask("GET", "model")
        return _made(Model, row, since=_time(row["since"]))

    def datasets(self) -> list[Dataset]:
        """All of them, the newest first."""
        return [_dataset(row) for row in self._pages("datasets", "datasets")]

    def dataset(self, version: int) -> Dataset:
        return _dataset(self._ask("GET", f"datasets/{version}"))

    def notes(self, version: int, split: str = "") -> Iterator[Note]:
        """The notes of a dataset, of one split (train, dev, test) or of all, fetched a page at a time."""
        for row in self._pages(f"datasets/{version}/notes", "notes", split=split):
            yield _made(Note, row, spans=_spans(row["spans"]), received_at=_time(row["received_at"]))

    def runs(self) -> Iterator[Run]:
        """The newest first."""
        return map(_run, self._pages("runs", "runs"))

    def run(self, number: int) -> Run:
        return _run(self._ask("GET", f"runs/{number}"))

    def evaluations(self, run: Run | int) -> list[Evaluation]:
        number = run.id if isinstance(run, Run) else run
        return [_evaluation(row) for row in self._ask("GET", f"runs/{number}/evaluations")["evaluations"]]

    def models(self) -> list[dict[str, Any]]:
        """Every version as the API gives it, the newest first."""
        return list(self._pages("models", "models"))

    def train(self, recipe: str | None = None, settings: Mapping[str, Any] | None = None, **more: Any) -> Run:
        """Start a training over all gold; `more` may be seed, seeds and fresh. Scope train."""
        said = {"recipe": recipe, "settings": dict(settings) if settings else None, **more}
        return _run(self._ask("POST", "runs", {name: value for name, value in said.items() if value is not None}))

    # ------------------------------------------------------------------------------------------------------------------
    def _pages(self, path: str, name: str, **asked: str) -> Iterator[Any]:
        cursor: str | None = ""
        while cursor is not None:
            answer = self._ask("GET", f"{path}?{urlencode({**asked, 'cursor': cursor, 'limit': PAGE})}")
            yield from answer[name]
            cursor = answer["next"]

    def _sent(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, {name: value for name, value in body.items() if value is not None})

    def _rows(self, name: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
        for start in range(0, len(rows), MOST_ROWS):
            body = {name: [dict(row) for row in rows[start : start + MOST_ROWS]]}
            try:
                answer = self._ask("POST", name, body)
            except MarginaliaError as error:
                # None of them was taken, and each says why.
                if name not in error.problem:
                    raise
                answer = error.problem
            yield from (_made(Row, row) for row in answer[name])

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = self._headers if data is None else {**self._headers, "Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, data, headers, method=method)  # noqa: S310 - http(s) only
        for left in range(self._retries, -1, -1):
            try:
                with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    if not left or error.code not in RETRIED:
                        raise _said(error) from None
                    time.sleep(_wait(error))
            except (OSError, ValueError) as error:
                said = f"{self._url} gives no answer that can be read ({type(error).__name__}); check the address."
                raise MarginaliaError(0, said) from error


def _said(error: urllib.error.HTTPError) -> MarginaliaError:
    """What the problem details say; the status where there are none."""
    try:
        problem = json.load(error)
        return MarginaliaError(error.code, str(problem["detail"]), problem)
    except (ValueError, KeyError, TypeError):
        return MarginaliaError(error.code, f"The server answered {error.code} {error.reason}.")


def _wait(error: urllib.error.HTTPError) -> float:
    said = error.headers.get("Retry-After", "")
    return min(float(said), LONGEST_WAIT) if said.isdecimal() else 1.0


def _time(said: str) -> datetime:
    return datetime.fromisoformat(said)


def _maybe(said: str | None) -> datetime | None:
    return _time(said) if said else None


def _made(kind: type[T], row: Mapping[str, Any], **own: Any) -> T:
    """The dataclass from a row of the answer; what a newer server adds is left out."""
    known = getattr(kind, "__dataclass_fields__")  # noqa: B009 - no attribute of every type
    return kind(**{name: value for name, value in {**row, **own}.items() if name in known})


def _spans(rows: Sequence[Mapping[str, Any]]) -> list[Span]:
    return [_made(Span, row, assertion=tuple(row.get("assertion", ()))) for row in rows]


def _entities(rows: Sequence[Mapping[str, Any]]) -> list[Entity]:
    return [_made(Entity, row) for row in rows]


def _documents(texts: Sequence[str | Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"text": text} if isinstance(text, str) else dict(text) for text in texts]


def _document(row: Mapping[str, Any]) -> Document:
    return _made(Document, row, entities=_entities(row["entities"]))


def _id(job: Job | str) -> str:
    return job.id if isinstance(job, Job) else job


def _dataset(row: Mapping[str, Any]) -> Dataset:
    return _made(Dataset, row, created_at=_time(row["created_at"]))


def _run(row: Mapping[str, Any]) -> Run:
    times = {"started_at": _maybe(row["started_at"]), "ended_at": _maybe(row["ended_at"])}
    steps = [_made(Step, step) for step in row.get("steps", ())]
    return _made(Run, row, **times, created_at=_time(row["created_at"]), steps=steps)


def _evaluation(row: Mapping[str, Any]) -> Evaluation:
    notes = [_made(NoteResult, note, found=_spans(note["found"])) for note in row["notes"]]
    return _made(Evaluation, row, notes=notes)
