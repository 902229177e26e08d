"""A process of its own that loads an artefact, answers texts, and serves the API's view on a socket; and its client."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from training.gates.golden_requests import Exchange, GoldenRequest

SECONDS = 120.0
REQUEST_SECONDS = 30.0
# A management command of the application above: this package does not import it.
COMMAND = ("manage.py", "rehearse")


class NotAnswering(RuntimeError):  # noqa: N818 - a finding about the artefact, no fault of ours
    """The process loads nothing or gives no answer; the message is a sentence for the report."""


@dataclass(slots=True)
class Fresh:
    """A running process: ``told`` is {port, spans, load_seconds, milliseconds}."""

    told: dict[str, Any]
    _process: subprocess.Popen[str] = field(repr=False)

    def ask(self, request: GoldenRequest) -> Exchange:
        """One real HTTP request."""
        connection = HTTPConnection("127.0.0.1", self.told["port"], timeout=REQUEST_SECONDS)
        try:
            connection.request("POST", "/api/v1/extract", request.body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            kind = response.headers.get_content_type()
            return Exchange(response.status, kind, response.read().decode("utf-8", "replace"))
        except (OSError, HTTPException) as error:
            return Exchange(0, "", type(error).__name__)
        finally:
            connection.close()

    def end(self) -> dict[str, Any]:
        """``{megabytes}`` at its peak, and the end of the process. Raises NotAnswering when it is gone already."""
        _stdin(self._process).close()
        return _line(self._process)


@contextmanager
def fresh_process(folder: Path, sha256: str, texts: Sequence[str]) -> Iterator[Fresh]:
    """Start it; killed after SECONDS whatever it does. Raises NotAnswering."""
    command = [sys.executable, *COMMAND]
    with subprocess.Popen(  # noqa: S603 (our own interpreter and command)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR
    ) as process:
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        try:
            _order(process, {"folder": str(folder), "sha256": sha256, "texts": list(texts)})
            yield Fresh(_line(process), process)
        finally:
            timer.cancel()
            process.kill()
            with suppress(BrokenPipeError):
                _stdin(process).close()


def _order(process: subprocess.Popen[str], order: Mapping[str, Any]) -> None:
    try:
        _stdin(process).write(json.dumps(order) + "\n")
        _stdin(process).flush()
    except BrokenPipeError:
        raise NotAnswering("A fresh process ended before it could be asked; see the worker's log.") from None


def _stdin(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdin is not None  # noqa: S101
    return process.stdin


def _line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None  # noqa: S101
    line = process.stdout.readline()
    if not line:
        code = process.wait()
        if code == -9:
            raise NotAnswering(f"A fresh process did not answer within {SECONDS:g} seconds.")
        raise NotAnswering(f"A fresh process ended with code {code}; the worker's log has the reason.")
    told: dict[str, Any] = json.loads(line)
    if "error" in told:
        raise NotAnswering(f"In a fresh process it raises {told['error']} {told['when']}.")
    return told
