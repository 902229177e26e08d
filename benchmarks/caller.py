"""A client of the API on one kept-alive connection, with nothing in between."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit


class Caller:
    """One kept-alive connection; not for two threads."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=60)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def extract(self, *texts: str, **options: Any) -> tuple[int, dict[str, Any]]:
        """Status and answer for a request with these texts."""
        body = json.dumps({"documents": [{"text": text} for text in texts], **options})
        self._connection.request("POST", "/api/v1/extract", body, self._headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def entities(self, texts: Sequence[str], **options: Any) -> list[set[tuple[int, int, str]]]:
        """What was found in each text. Raises RuntimeError for any other answer than 200."""
        status, answer = self.extract(*texts, **options)
        if status != 200:
            raise RuntimeError(f"The API answered {status}: {answer}")
        return places(answer)


class Wire:
    """One kept-alive connection, as bare as can be: what it times is the server's. Not for two threads."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = f"Host: {parts.netloc}\r\nAuthorization: Bearer {key}\r\n"

    def milliseconds(self, path: str, body: object = None) -> float:
        """From the first byte sent to the last one received: GET, or POST when there is a body. 200 or RuntimeError."""
        sent = json.dumps(body).encode() if body is not None else b""
        line = f"{'POST' if sent else 'GET'} {path} HTTP/1.1\r\n{self._head}"
        kind = f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n" if sent else ""
        message = f"{line}{kind}\r\n".encode() + sent
        began = time.perf_counter()
        self._socket.sendall(message)
        found = self._answer()
        took = time.perf_counter() - began
        if not found.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"The API answered {found[:300]!r}")
        return 1000 * took

    def _answer(self) -> bytes:
        found = b""
        while (end := found.find(b"\r\n\r\n")) < 0:
            found += self._received()
        length = int(re.search(rb"(?i)content-length: (\d+)", found[:end]).group(1))  # type: ignore[union-attr]
        while len(found) < end + 4 + length:
            found += self._received()
        return found

    def _received(self) -> bytes:
        if piece := self._socket.recv(1_000_000):
            return piece
        raise RuntimeError("The API hung up.")


def places(answer: dict[str, Any]) -> list[set[tuple[int, int, str]]]:
    """Start, end and label of what was found in each document."""
    return [{(e["start"], e["end"], e["label"]) for e in document["entities"]} for document in answer["documents"]]
