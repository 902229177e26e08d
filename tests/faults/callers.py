"""Callers of the API that never stop asking: many doctors, on a few connections, at about a given rate."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

from annotation.synthetic import generate


class Callers:
    """Use as a context; ``answers`` counts statuses (0: no answer), ``seconds`` has the time of each request."""

    def __init__(self, url: str, key: str, *, rate: float, threads: int = 6, documents: int = 1) -> None:
        self._place = urlsplit(url)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._pause, self._documents = threads / rate, documents
        self._texts = [note.text for note in generate(100, seed=9)]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,), daemon=True) for number in range(threads)]
        self.answers: Counter[int] = Counter()
        self.seconds: list[tuple[float, float]] = []

    def __enter__(self) -> Callers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _ask(self, number: int) -> None:
        draw = random.Random(number)
        connection = http.client.HTTPConnection(self._place.hostname or "", self._place.port, timeout=60)
        while not self._stop.is_set():
            began = time.perf_counter()
            try:
                connection.request("POST", "/api/v1/extract", self._body(draw), self._headers)
                response = connection.getresponse()
                response.read()
                self.answers[response.status] += 1
            except (OSError, http.client.HTTPException):
                self.answers[0] += 1
                connection.close()
            took = time.perf_counter() - began
            self.seconds.append((time.monotonic(), took))
            self._stop.wait(max(0.0, self._pause * draw.uniform(0.5, 1.5) - took))
        connection.close()

    def _body(self, draw: random.Random) -> str:
        doctor = f"dr {draw.randrange(5_000)}"
        documents = [{"text": draw.choice(self._texts), "doctor": doctor} for _ in range(self._documents)]
        return json.dumps({"documents": documents})
