"""Used by the gate of integration, not by people: an order on standard input, two lines of JSON as the answer."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand
from spacy.language import Language

from training import ner
from training.gates.golden import PLAIN
from webapp.peak_memory import peak_megabytes
from webapp.rehearsal import server

REPEATS = 20


class Command(BaseCommand):
    help = "Load an artefact, answer texts and serve it on a free port until standard input ends (for the gate)."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        out = _own_output()
        order = json.loads(sys.stdin.readline())
        when = "when it is loaded"
        try:
            began = time.perf_counter()
            nlp = ner.load(Path(order["folder"]), sha256=order["sha256"])
            seconds, when = time.perf_counter() - began, "when it is asked"
            told = _answers(nlp, order)
        except Exception as error:
            # Its message may quote what the model was working on.
            _say(out, {"error": type(error).__name__, "when": when})
            return
        with server(nlp, order["sha256"]) as web:
            threading.Thread(target=web.serve_forever, daemon=True).start()
            _say(out, {**told, "load_seconds": seconds, "port": web.server_port})
            sys.stdin.read()  # until the gate has asked all, or is gone
            web.shutdown()
        _say(out, {"megabytes": peak_megabytes()})


def _own_output() -> IO[str]:
    """Standard output for the answer alone: whatever else is printed goes to standard error."""
    own = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return own


def _say(out: IO[str], told: Mapping[str, Any]) -> None:
    out.write(json.dumps(told) + "\n")
    out.flush()


def _answers(nlp: Language, order: Mapping[str, Any]) -> dict[str, Any]:
    spans = [[[s.span.start, s.span.end, s.span.label] for s in found] for found in ner.predict(nlp, order["texts"])]
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ner.predict(nlp, [PLAIN])
        times.append(1000 * (time.perf_counter() - began))
    return {"spans": spans, "milliseconds": sorted(times)[int(REPEATS * 0.95) - 1]}
