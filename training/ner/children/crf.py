"""Train a CRF: ``crf.py IN OUT C1 C2 ITERATIONS``, the files as numbers.

IN is three .npy arrays: features (tokens, columns) of uint32, labels (tokens,) and the tokens of each text (texts,).
OUT gets the model as CRFsuite writes it. Progress goes to standard output, in percent.
"""

import ctypes
import signal
import sys
from typing import Any

import numpy as np
import pycrfsuite  # type: ignore[import-untyped]

PR_SET_PDEATHSIG = 1


class Trainer(pycrfsuite.BaseTrainer):
    """Says how far it is after each iteration."""

    iterations = 1

    def message(self, message: str) -> None:
        if message.startswith("***** Iteration #"):
            done = int(message.split("#")[1].split(maxsplit=1)[0])
            sys.stdout.write(f"Progress: {100 * done / self.iterations:.1f}%\n")
            sys.stdout.flush()


def items(rows: Any) -> list[list[str]]:
    """The features of each token as CRFsuite wants them: 'column:value', in hex. Zero is no feature."""
    return [[f"{column:x}:{value:x}" for column, value in enumerate(row) if value] for row in rows.tolist()]


def main(source: int, target: int, c1: float, c2: float, iterations: int) -> None:
    with open(f"/proc/self/fd/{source}", "rb") as stream:
        features, labels, lengths = (np.load(stream) for _ in range(3))
    trainer = Trainer(algorithm="lbfgs", params={"c1": c1, "c2": c2, "max_iterations": iterations})
    trainer.iterations = iterations
    start = 0
    for end in np.cumsum(lengths).tolist():
        trainer.append(items(features[start:end]), [str(label) for label in labels[start:end].tolist()])
        start = end
    trainer.train(f"/proc/self/fd/{target}")


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # the work dies with who asked for it
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]))
