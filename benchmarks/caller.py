"""A client of the API on one kept-alive connection, with nothing in between."""

from __future__ import annotations

import http.client
import json
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


def places(answer: dict[str, Any]) -> list[set[tuple[int, int, str]]]:
    """Start, end and label of what was found in each document."""
    return [{(e["start"], e["end"], e["label"]) for e in document["entities"]} for document in answer["documents"]]
