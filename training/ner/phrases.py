"""Phrases as 64-bit hashes: a map of known ones, and all those of a text, found without a loop over its tokens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from spacy.attrs import IS_SPACE, LOWER
from spacy.strings import StringStore
from spacy.tokens import Doc

Keys = npt.NDArray[np.uint64]
Codes = npt.NDArray[np.uint8]
LONGEST = 6
B, I, L, U = range(4)  # noqa: E741
_HYPHENS = np.array([StringStore().add(sign) for sign in "-–—‐‑"], dtype=np.uint64)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


class Phrases:
    """An immutable map from phrase hash to a code of 1-63. 9 bytes an entry, looked up by binary search."""

    def __init__(self, keys: Keys, codes: Codes) -> None:
        order = np.argsort(keys, kind="stable")
        self.keys: Keys = keys[order]
        self.codes: Codes = codes[order]

    @classmethod
    def empty(cls) -> Phrases:
        return cls(np.zeros(0, np.uint64), np.zeros(0, np.uint8))

    def __len__(self) -> int:
        return len(self.keys)

    def look_up(self, keys: Keys) -> Codes:
        """The code of each key, 0 for one that is not in the map."""
        if not len(self.keys):
            return np.zeros(len(keys), np.uint8)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.codes[at], 0).astype(np.uint8)


class Words:
    """The countable tokens of one text (no white space, no hyphens) and the hashes of all their phrases."""

    def __init__(self, doc: Doc) -> None:
        columns = doc.to_array([LOWER, IS_SPACE])
        lower = columns[:, 0].astype(np.uint64)
        self.tokens = np.flatnonzero((columns[:, 1] == 0) & ~np.isin(lower, _HYPHENS))
        self.length = len(doc)
        self.hashes = _phrase_hashes(lower[self.tokens])

    def key(self, start: int, end: int) -> np.uint64 | None:
        """The hash of the phrase in tokens `start` to `end` (exclusive); None when it has no word or too many."""
        first, last = np.searchsorted(self.tokens, (start, end))
        size = int(last - first)
        return self.hashes[size - 1][first] if 0 < size <= LONGEST else None

    def matches(self, phrases: Phrases) -> Iterator[tuple[int, int, int, np.uint64]]:
        """The longest matches from left to right: token start, token end (exclusive), code, hash."""
        best, code = self._longest(phrases)
        free = 0
        for at in np.flatnonzero(best).tolist():
            if at >= free:
                size = int(best[at])
                free = at + size
                start, end = int(self.tokens[at]), int(self.tokens[free - 1]) + 1
                yield start, end, int(code[at]), self.hashes[size - 1][at]

    def _longest(self, phrases: Phrases) -> tuple[npt.NDArray[np.int64], Codes]:
        best = np.zeros(len(self.tokens), np.int64)
        code = np.zeros(len(self.tokens), np.uint8)
        for size, hashes in enumerate(self.hashes, start=1):
            found = phrases.look_up(hashes)
            hit = np.flatnonzero(found)
            best[hit] = size
            code[hit] = found[hit]
        return best, code

    def tags(self, phrases: Phrases) -> Keys:
        """One tag a token, shape (tokens of the text,)."""
        tags = np.zeros(self.length, np.uint64)
        for start, end, code, _ in self.matches(phrases):
            base = 4 * (code - 1) + 1
            tags[start:end] = base + I
            tags[start], tags[end - 1] = base + B, base + L
            if end - start == 1:
                tags[start] = base + U
        return tags


def _phrase_hashes(lower: Keys) -> list[Keys]:
    """For each size 1..LONGEST the hashes of all phrases of that size, by their first word."""
    level = _mix(lower)
    levels = [level]
    for size in range(2, LONGEST + 1):
        level = _mix(level[:-1] * _PRIME + lower[size - 1 :]) if len(level) else level
        levels.append(level)
    return levels


def _mix(value: Keys) -> Keys:
    value = (value ^ (value >> _SHIFT)) * _PRIME
    return value ^ (value >> _SHIFT)
