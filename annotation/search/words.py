"""Words of a text, and the stem under which each is found. No Django in here.

A word is a run of letters with their marks (so Devanagari stays whole) and digits after the first letter, or a number
with its decimals: "500mg" is 500 and mg, "T2DM" is one word, "120/80" is two numbers.
"""

from __future__ import annotations

import re
import sys
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import Stemmer

# Longer runs are no words: base64, lines of signs.
MAX_WORD = 64
JOINERS = "\u200c\u200d"  # zero width, inside words of Indian scripts


def _marks() -> str:
    """Combining marks of the basic plane as a class of a regular expression; ``\\w`` leaves them out."""
    found = [point for point in range(0x300, 0x10000) if unicodedata.category(chr(point))[0] == "M"]
    ranges: list[list[int]] = []
    for point in found:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges)


_MARKS = _marks()
_WORD = re.compile(rf"\d+(?:[.,]\d+)*|[^\W\d_](?:[^\W_]|[{_MARKS}{JOINERS}])*(?:['’][^\W\d_]+)*")
_DIACRITICS = re.compile("[\u0300-\u036f]+")
_local = threading.local()


class Word(NamedTuple):
    """A word of a text: where it stands, in code points, and what it is found by."""

    start: int
    end: int
    stem: str


def words(text: str) -> Iterator[Word]:
    """The words of `text` in order."""
    for match in _WORD.finditer(text):
        if match.end() - match.start() <= MAX_WORD:
            yield Word(match.start(), match.end(), stem(match[0]))


def stems(text: str) -> set[str]:
    """What the text is found by."""
    return {stem(match[0]) for match in _WORD.finditer(text) if match.end() - match.start() <= MAX_WORD}


def mention(text: str) -> str:
    """A mention as it is compared: its words but for case, width and diacritics; stems would join too much."""
    return " ".join(plain(match[0]) for match in _WORD.finditer(text))


@lru_cache(maxsize=100_000)
def plain(word: str) -> str:
    """Case, width and Latin, Greek and Cyrillic diacritics taken away; vowel signs of other scripts stay."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKC", word).casefold()
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFD", folded))
    bare = unicodedata.normalize("NFC", bare).translate(dict.fromkeys(map(ord, JOINERS)))
    return sys.intern(bare.replace("’", "'"))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The English stem of a word; words of other scripts and numbers are their own."""
    if not hasattr(_local, "stemmer"):
        # One a thread: a stemmer keeps state while it works. The cache is ours.
        _local.stemmer = Stemmer.Stemmer("english", 0)
    found: str = _local.stemmer.stemWord(plain(word))
    return found
