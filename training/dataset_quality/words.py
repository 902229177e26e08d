"""Words of a text as numbers, so that sequences of words are compared without keeping them.

Letter case, spacing and punctuation are left out. Signs of Indian scripts count as letters.
"""

from __future__ import annotations

import re
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
# The vowel signs of Devanagari to Sinhala are no letters to `\w`.
WORD = re.compile("[\\w\u0900-\u0dff]+")
FACTOR = np.uint64(0x9E3779B97F4A7C15)


def normalised(text: str) -> str:
    """The words of `text`, case folded, one space between them; a text without words is itself."""
    return " ".join(WORD.findall(text.casefold())) or text


class Numbers:
    """A 64-bit number for each word, the same in every process."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def of(self, words: list[str]) -> Hashes:
        """Shape (words,)."""
        return np.fromiter((self._number(word) for word in words), np.uint64, len(words))

    def _number(self, word: str) -> int:
        number = self.known.get(word)
        if number is None:
            digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            number = self.known[word] = int.from_bytes(digest, "big")
        return number


def sequences(words: Hashes, length: int) -> Hashes:
    """A number for each run of `length` words, shape (max(0, words - length + 1),)."""
    count = max(0, len(words) - length + 1)
    total = np.full(count, length, np.uint64)
    for at in range(length):
        total = total * FACTOR + words[at : at + count]
    return total
