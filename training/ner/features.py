"""What the CRF sees of a token: numbers, none of which can be read back.

Each text feature (the word, its beginning and ends, its shape) is a BLAKE2 hash under the model's own key, cut to
:data:`BITS` bits, so that many words share each value. The dictionary's tags are small numbers already.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.attrs import LEMMA, ORTH, TAG
from spacy.tokens import Doc

Table = npt.NDArray[np.uint32]
BITS = 22
LOWER, PREFIX, SUFFIX, SHORT, SHAPE, STATIC, LEARNED = range(7)
# Columns of the tokens around: of the two beside, and of the two beyond.
WINDOW = {
    0: (LOWER, PREFIX, SUFFIX, SHORT, SHAPE, STATIC, LEARNED),
    -1: (LOWER, SUFFIX, SHAPE, STATIC, LEARNED),
    1: (LOWER, SUFFIX, SHAPE, STATIC, LEARNED),
    -2: (LOWER, STATIC, LEARNED),
    2: (LOWER, STATIC, LEARNED),
}
_EDGE = 1  # the value of a token before the first or after the last: 0 is "no feature"
_PRIME = 0x9E3779B97F4A7C15


def table(doc: Doc, key: bytes) -> Table:
    """The features of the tokens of `doc`, shape (tokens, columns)."""
    if not len(doc):
        return np.zeros((0, sum(map(len, WINDOW.values())) + 2), np.uint32)
    own = _own(doc, key)
    padded = np.pad(own, ((2, 2), (0, 0)), constant_values=_EDGE)
    count = len(own)
    parts = [padded[2 + at : 2 + at + count][:, list(columns)] for at, columns in WINDOW.items()]
    lower = padded[:, LOWER]
    pairs = [_pair(lower[1 : 1 + count], lower[2 : 2 + count]), _pair(lower[2 : 2 + count], lower[3 : 3 + count])]
    found: Table = np.concatenate([*parts, np.stack(pairs, axis=1)], axis=1)
    return found


def _own(doc: Doc, key: bytes) -> Table:
    """The seven features of each token itself, shape (tokens, 7)."""
    columns: Any = doc.to_array([ORTH, TAG, LEMMA])
    words, first, place = np.unique(columns[:, 0], return_index=True, return_inverse=True)
    hashes = np.array([[_hash(text, key) for text in _texts(doc, int(at))] for at in first], dtype=np.uint32)
    tags = columns[:, 1:].astype(np.uint32)
    return np.concatenate([hashes.reshape(len(words), SHAPE + 1)[place], tags], axis=1)


def _texts(doc: Doc, at: int) -> Iterator[str]:
    token = doc[at]
    lower = token.lower_
    yield from (lower, lower[:3], lower[-3:], lower[-2:], token.shape_)


def _hash(text: str, key: bytes) -> int:
    digest = blake2b(text.encode(), digest_size=4, key=key).digest()
    return 2 + int.from_bytes(digest, "little") % ((1 << BITS) - 2)


def _pair(left: Table, right: Table) -> Table:
    mixed = (left.astype(np.uint64) << np.uint64(BITS) | right) * np.uint64(_PRIME)
    pair: Table = (2 + (mixed >> np.uint64(64 - BITS)) % np.uint64((1 << BITS) - 2)).astype(np.uint32)
    return pair
