"""Raw ``nlp.pipe`` over half of the texts of a file, in a process of its own: what a batch is measured against.

``python -m benchmarks.batch_bare MODEL_FOLDER SHA256 TEXTS.jsonl PART PARTS TURNS``: when the model is loaded, each
line on standard input makes it read the next of so many slices and print its CPU seconds and wall seconds.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from training import ner


def main() -> None:
    folder, sha256, file, part, parts, turns = sys.argv[1:]
    nlp = ner.load(Path(folder), sha256=sha256)
    with Path(file).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for number, line in enumerate(lines) if number % int(parts) == int(part)]
    list(nlp.pipe(texts[:500]))
    print("ready", flush=True)
    size = -(-len(texts) // int(turns))
    for at in range(0, len(texts), size):
        sys.stdin.readline()
        cpu, wall, entities = time.process_time(), time.perf_counter(), 0
        for doc in nlp.pipe(texts[at : at + size], batch_size=64):
            entities += len(doc.ents)
        print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall, entities]), flush=True)


if __name__ == "__main__":
    main()
