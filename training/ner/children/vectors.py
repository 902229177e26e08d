"""Train floret vectors: ``vectors.py IN OUT DIM EPOCHS BUCKETS HASHES MINN MAXN``, the files as numbers.

IN is text, tokens apart by spaces; OUT gets the table as a .npy file, shape (buckets, dimensions), float32.
Progress goes to standard error as floret writes it. One thread and floret's own seed: the same text, the same table.
"""

import ctypes
import signal
import sys

import floret  # type: ignore[import-untyped]
import numpy as np

PR_SET_PDEATHSIG = 1


def main(source: int, target: int, *numbers: int) -> None:
    dim, epochs, buckets, hashes, minn, maxn = numbers
    model = floret.train_unsupervised(
        f"/proc/self/fd/{source}",
        mode="floret",
        model="cbow",
        dim=dim,
        epoch=epochs,
        bucket=buckets,
        hashCount=hashes,
        minn=minn,
        maxn=maxn,
        minCount=5,
        thread=1,
        verbose=2,
    )
    with open(target, "wb") as stream:
        np.save(stream, np.ascontiguousarray(model.get_input_matrix()[-buckets:], dtype=np.float32))


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # the work dies with who asked for it
    main(*map(int, sys.argv[1:]))
