"""The bare model at work on the other core: ``python -m benchmarks.beside MODEL_FOLDER SHA256``, until it is ended.

What a core does in a second depends on what the other one does: two busy cores of one machine may each need 1.75 times
as long for the same work. So the bare model is measured as the API is, with both cores busy.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from benchmarks.long_notes import long_notes
from training import ner


class Beside:
    """Works while it is entered, and stands still otherwise."""

    def __init__(self, folder: Path, sha256: str) -> None:
        args = [sys.executable, "-m", "benchmarks.beside", str(folder), sha256]
        self._process = subprocess.Popen(args, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self._process.stdout.readline()
        os.kill(self._process.pid, signal.SIGSTOP)

    def __enter__(self) -> None:
        os.kill(self._process.pid, signal.SIGCONT)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.kill(self._process.pid, signal.SIGSTOP)

    def end(self) -> None:
        self._process.kill()
        self._process.wait(10)


def main() -> None:
    folder, sha256 = sys.argv[1:]
    nlp = ner.load(Path(folder), sha256=sha256)
    texts = long_notes(200, seed=99)
    nlp(texts[0])
    print("ready", flush=True)
    while True:
        for text in texts:
            with nlp.memory_zone():
                nlp(text)


if __name__ == "__main__":
    main()
