"""Run in a process of its own by the integration gate: load an artefact, answer the golden texts, say what it took."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from training import ner
from training.gates.golden import GOLDEN, PLAIN

REPEATS = 20


def main(folder: str, sha256: str) -> None:
    began = time.perf_counter()
    nlp = ner.load(Path(folder), sha256=sha256)
    loaded = time.perf_counter() - began
    spans = [[[s.span.start, s.span.end, s.span.label] for s in found] for found in ner.predict(nlp, GOLDEN)]
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        ner.predict(nlp, [PLAIN])
        times.append(1000 * (time.perf_counter() - began))
    told = {
        "spans": spans,
        "milliseconds": sorted(times)[int(REPEATS * 0.95) - 1],
        "load_seconds": loaded,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
