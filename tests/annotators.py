"""Annotators at work over HTTP, as their browsers do it, who try again until they are answered; and what was said."""

from __future__ import annotations

import http.client
import json
import random
import re
import threading
import time
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from annotation.models import Annotation, Project, Task, User
from annotation.spans import marked_from_json, to_utf16
from webapp.sessions import SessionStore
from webapp.signin import BACKEND

CSRF = "c" * 32
Body = dict[str, Any]
# The server closes what is idle for longer: a browser would open another connection.
IDLE = 3


class Browser:
    """One signed-in person's kept-alive connection."""

    def __init__(self, url: str, user: User, *, timeout: float = 120) -> None:
        parts = urlsplit(url)
        self.user = user
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
        self.used = 0.0
        session = SessionStore()
        session.update(
            {SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: BACKEND, HASH_SESSION_KEY: user.get_session_auth_hash()}
        )
        session.save()
        cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"
        self.headers = {"Cookie": cookies, "X-CSRFToken": CSRF, "Accept": "application/json"}

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, bytes, str]:
        """Status, body and the address that the answer sends on to; OSError or HTTPException when there is none."""
        headers = {**self.headers, **({"Content-Type": kind} if kind else {})}
        if time.monotonic() - self.used > IDLE:
            self.connection.close()
        self.used = time.monotonic()
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            return response.status, response.read(), response.headers.get("Location", "")
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def get(self, path: str) -> bytes:
        status, body, _ = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        return body

    def post(self, path: str, data: object) -> tuple[int, Any]:
        status, body, _ = self.ask("POST", path, json.dumps(data).encode(), "application/json")
        return status, json.loads(body) if body[:1] in {b"{", b"["} else None

    def form(self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None = None) -> str:
        """The address that the page sends on to after a form was posted."""
        mark = uuid.uuid4().hex
        parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        body = "".join(parts).encode()
        if file:
            head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n\r\n'
            body += head.encode() + file[1] + b"\r\n"
        kind = f"multipart/form-data; boundary={mark}"
        status, answer, place = self.ask("POST", path, body + f"--{mark}--\r\n".encode(), kind)
        if status != 302:
            raise RuntimeError(f"POST {path}: {status} {answer[:300]!r}")
        return place


@dataclass
class Ledger:
    """What all annotators were told, to be held against the database."""

    saved: dict[int, list[Body]] = field(default_factory=lambda: defaultdict(list))
    given: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    doubled: set[int] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    # How often a request got no answer, by its status; 0 is a connection that broke.
    retries: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def problems(self) -> list[str]:
        """Everything that was lost, doubled or given to two people; ids only."""
        found = [f"note {n} was given to {len(who)} people" for n, who in self.given.items() if len(who) > self.most(n)]
        rows = Annotation.objects.filter(task__in=self.saved).select_related("note").order_by("revision")
        kept: dict[int, list[Annotation]] = defaultdict(list)
        for row in rows:
            kept[row.task_id or 0].append(row)
        for task, bodies in self.saved.items():
            if len(kept[task]) != len(bodies):
                found.append(f"task {task}: {len(bodies)} saves were answered, {len(kept[task])} are kept")
            elif any(_as_page(row) != body["spans"] for row, body in zip(kept[task], bodies, strict=True)):
                found.append(f"task {task}: what is kept is not what was saved")
        unknown = Task.objects.filter(status=Task.Status.ACCEPTED, note__in=self.given).exclude(pk__in=self.saved)
        return found + [f"task {task.pk} is done and nobody was told" for task in unknown]

    def most(self, note: int) -> int:
        return 2 if note in self.doubled else 1


def _as_page(row: Annotation) -> list[Body]:
    spans = to_utf16(row.note.text, marked_from_json(row.spans_json))
    return [{"start": s.start, "end": s.end, "label": s.label} for s in spans]


class Annotator(threading.Thread):
    """Takes notes, changes them, saves drafts, submits, sometimes twice, sometimes goes back; until told to stop."""

    def __init__(
        self, browser: Browser, project: Project, ledger: Ledger, stop: threading.Event, *, pace: float
    ) -> None:
        super().__init__(daemon=True)
        self.browser, self.ledger, self.stop, self.pace = browser, ledger, stop, pace
        self.next_url = f"/p/{project.slug}/queue/next/"
        self.dice = random.Random(browser.user.pk)
        self.hand: list[Body] = []

    def run(self) -> None:
        try:
            self._annotate()
        finally:
            self.browser.connection.close()

    def _annotate(self) -> None:
        while not self.stop.is_set():
            if not self.hand:
                self._take(self._post(self.next_url, {"holding": []}))
            if not self.hand:
                self.stop.wait(0.2)
                continue
            page = self.hand.pop(0)
            self._work(page)
            if self.dice.random() < 0.1:
                self._again(page)

    def _post(self, path: str, body: Body) -> tuple[int, Any]:
        """The answer, however often the server had to be asked; a body is never changed between two tries."""
        while True:
            try:
                status, answer = self.browser.post(path, body)
            except (OSError, http.client.HTTPException):
                status, answer = 0, None
            if status in {200, 409, 422, 403, 404}:
                return status, answer
            with self.ledger.lock:
                self.ledger.retries[status] += 1
            time.sleep(0.2)

    def _take(self, told: tuple[int, Any]) -> None:
        status, answer = told
        page = answer.get("next") if status == 200 else None
        if page and page["task"] not in [one["task"] for one in self.hand]:
            self.hand.append(page)
            with self.ledger.lock:
                self.ledger.given[page["note"]].add(self.browser.user.pk)
                if page["doubled"]:
                    self.ledger.doubled.add(page["note"])

    def _work(self, page: Body) -> None:
        time.sleep(self.dice.random() * 2 * self.pace)
        spans = self._spans(page["text"])
        body = {"spans": spans, "base_revision": page["base_revision"], "seconds": 9}
        if self.dice.random() < 0.5:
            self._post(page["urls"]["draft"], {**body, "version": (page["draft"] or {}).get("version", 0)})
        holding = [page["task"], *(one["task"] for one in self.hand)]
        told = self._post(page["urls"]["submit"], {**body, "holding": holding})
        self._note(page, told, body)
        self._take(told)
        if self.dice.random() < 0.1:  # a double click, or an answer that got lost: the same once more
            self._note_again(page, self._post(page["urls"]["submit"], {**body, "want": False}))

    def _again(self, page: Body) -> None:
        """Undo across notes: back to the last one, and another answer."""
        status, reopened = self._post(page["urls"]["reopen"], {})
        if status != 200:
            return  # settled meanwhile: not an error
        spans = [span for span in self._spans(page["text"]) if self.dice.random() < 0.7]
        body = {"spans": spans, "base_revision": reopened["base_revision"], "seconds": 12}
        self._note(page, self._post(page["urls"]["submit"], {**body, "want": False}), body)

    def _note(self, page: Body, told: tuple[int, Any], body: Body) -> None:
        status, answer = told
        with self.ledger.lock:
            if status != 200:
                self.ledger.refused.append(f"task {page['task']}: {status} {answer.get('error')}")
                return
            earlier = self.ledger.saved[page["task"]]
            if not earlier or answer["saved"]["revision"] != earlier[-1]["revision"]:
                earlier.append({**body, "revision": answer["saved"]["revision"]})

    def _note_again(self, page: Body, told: tuple[int, Any]) -> None:
        status, answer = told
        with self.ledger.lock:
            known = [body["revision"] for body in self.ledger.saved[page["task"]]]
            if status != 200 or answer["saved"]["revision"] not in known:
                self.ledger.refused.append(f"task {page['task']} sent twice: {status}")

    def _spans(self, text: str) -> list[Body]:
        """A few words of the note, as the page counts them."""
        words = [match.span() for match in re.finditer(r"\w{4,}", text)]
        chosen = sorted(self.dice.sample(words, min(len(words), 3)))
        units = [len(text[:point].encode("utf-16-le")) // 2 for pair in chosen for point in pair]
        return [
            {"start": start, "end": end, "label": "DISEASE"} for start, end in zip(units[::2], units[1::2], strict=True)
        ]
