"""The API against the bare model, in one run: ``.venv/bin/python benchmarks/api.py URL KEY [--notes 200]``.

Prints the median time of ``nlp(text)`` in this process and of one request at a time over HTTP, their ratio, and how
many of a burst of concurrent requests were answered. Needs a running server of this checkout and a key of its project.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

import django

django.setup()

from spacy.language import Language

from annotation.actions import projects
from annotation.synthetic import generate
from training.actions import models
from training.artefacts import nlp_of
from training.ner import predict


class Caller:
    """One kept-alive connection to the API."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=60)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def extract(self, text: str) -> tuple[int, dict[str, object]]:
        body = json.dumps({"documents": [{"text": text}]})
        self._connection.request("POST", "/api/v1/extract", body, self._headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())


def milliseconds(work: object, texts: list[str]) -> list[float]:
    times = []
    for text in texts:
        began = time.perf_counter()
        work(text)  # type: ignore[operator]
        times.append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("key")
    parser.add_argument("--project", default="demo")
    parser.add_argument("--notes", type=int, default=200)
    parser.add_argument("--clients", type=int, default=200)
    options = parser.parse_args()
    nlp = nlp_of(models.serving_in(projects.get(options.project)))
    for joined in (1, 3):
        compare(nlp, notes(options.notes, joined), Caller(options.url, options.key))
    burst(options, notes(options.clients, 1))


def notes(count: int, joined: int) -> list[str]:
    """Notes of about forty words, or several in one."""
    texts = [note.text for note in generate(count * joined, seed=99)]
    return ["\n".join(texts[i : i + joined]) for i in range(0, len(texts), joined)]


def compare(nlp: Language, texts: list[str], caller: Caller) -> None:
    """The model alone and the API in turn, so that a noisy machine disturbs both alike."""
    for text in texts[:20]:
        predict(nlp, [text])
        caller.extract(text)
    raw, api = [], []
    for text in texts:
        raw += milliseconds(nlp, [text])
        api += milliseconds(caller.extract, [text])
    words = statistics.mean(len(text.split()) for text in texts)
    a, b = statistics.median(raw), statistics.median(api)
    print(f"{len(texts)} notes of {words:.0f} words: nlp(text) p50 {a:.2f} ms, API p50 {b:.2f} ms, ratio {b / a:.2f}")


def burst(options: argparse.Namespace, texts: list[str]) -> None:
    """Many clients at the same moment, a note each."""

    def call(text: str) -> tuple[int, dict[str, object]]:
        return Caller(options.url, options.key).extract(text)

    began = time.perf_counter()
    with ThreadPoolExecutor(options.clients) as pool:
        answers = list(pool.map(call, texts))
    seconds = time.perf_counter() - began
    good = [answer["model"] for status, answer in answers if status == 200]
    versions = sorted({model["version"] for model in good})  # type: ignore[index]
    print(f"{len(texts)} concurrent: {len(good)} answered 200 in {seconds:.2f} s, by versions {versions}")


if __name__ == "__main__":
    main()
