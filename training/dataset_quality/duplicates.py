"""Notes of the same text, and notes nearly so: MinHash of three-word sequences in buckets, linear in the notes.

Two notes are near duplicates when at least SIMILAR of the three-word sequences of both are in common (Jaccard). Each
of BANDS buckets holds notes whose ROWS smallest hashes agree (Broder 1997; Leskovec, Rajaraman, Ullman, Mining of
Massive Datasets, chapter 3): a pair that is .7 alike is found with probability .998, and every found pair is checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from training.dataset_quality.rows import LISTED, Row
from training.dataset_quality.words import Hashes, sequences

WORDS = 3
SIMILAR = 0.7
BANDS, ROWS = 24, 4
# A note is compared with so many others of its bucket: a bucket of thousands still takes linear time.
HEADS = 8
_DRAWN = np.random.default_rng(20_240_501).integers(0, 2**63, size=(2, BANDS * ROWS, 1), dtype=np.uint64)
FACTORS, SHIFTS = _DRAWN[0] * np.uint64(2) + np.uint64(1), _DRAWN[1]

Marks = Counter[tuple[str, str]]


class Duplicates:
    """Fed with rows, a key of their text, their words as numbers, and what is marked in them."""

    def __init__(self) -> None:
        self.groups: dict[object, list[int]] = {}
        self.marks: dict[object, Marks] = {}
        self.contradictory: set[object] = set()
        self.shingles: dict[int, Hashes] = {}
        self.signatures: dict[int, list[bytes]] = {}
        self.splits: dict[int, str] = {}

    def add(self, row: Row, text_key: object, words: Hashes, marks: Marks) -> None:
        """Only the first note of a text is compared with the notes of other texts."""
        self.splits[row.note_id] = row.split
        group = self.groups.setdefault(text_key, [])
        group.append(row.note_id)
        if len(group) > 1:
            if self.marks[text_key] != marks:
                self.contradictory.add(text_key)
            return
        self.marks[text_key] = marks
        shingles = np.unique(sequences(words, WORDS))
        if len(shingles):
            self.shingles[row.note_id] = shingles
            self.signatures[row.note_id] = _signature(shingles)

    def exact(self) -> dict[str, Any]:
        """Groups of notes of one text; `contradictory` are those that are not marked alike."""
        groups = [notes for notes in self.groups.values() if len(notes) > 1]
        against = [self.groups[key] for key in self.groups if key in self.contradictory]
        return {
            "count": sum(len(notes) - 1 for notes in groups),
            "groups": [notes[:LISTED] for notes in groups[:LISTED]],
            "contradictory": [notes[:LISTED] for notes in against[:LISTED]],
        }

    def near(self, tick: Callable[[], None]) -> dict[str, Any]:
        """Pairs of near duplicates: the notes, how alike, and whether they are in different splits."""
        found = self._pairs(tick)
        rows = sorted(((alike, *pair) for pair, alike in found.items()), key=lambda row: (-row[0], row[1:]))
        across = [row for row in rows if self.splits[row[1]] != self.splits[row[2]]]
        listed = [*across[:LISTED], *(row for row in rows if row not in set(across))][:LISTED]
        pairs = [
            {"notes": [a, b], "alike": round(alike, 3), "across": self.splits[a] != self.splits[b]}
            for alike, a, b in listed
        ]
        return {"count": len(rows), "across": len(across), "pairs": pairs}

    def _pairs(self, tick: Callable[[], None]) -> dict[tuple[int, int], float]:
        buckets: dict[tuple[int, bytes], list[int]] = {}
        known: dict[tuple[int, int], float] = {}
        for note, bands in self.signatures.items():
            tick()
            for place, band in enumerate(bands):
                heads = buckets.setdefault((place, band), [])
                alike = [self._alike(other, note, known) >= SIMILAR for other in heads]
                if len(heads) < HEADS and not any(alike):
                    heads.append(note)
        return {pair: alike for pair, alike in known.items() if alike >= SIMILAR}

    def _alike(self, one: int, other: int, known: dict[tuple[int, int], float]) -> float:
        pair = (one, other)
        if pair not in known:
            a, b = self.shingles[one], self.shingles[other]
            common = len(np.intersect1d(a, b, assume_unique=True))
            known[pair] = common / (len(a) + len(b) - common)
        return known[pair]


def _signature(shingles: Hashes) -> list[bytes]:
    """The smallest hash under each of the functions, in bands of ROWS."""
    smallest = ((shingles * FACTORS + SHIFTS) >> np.uint64(32)).min(axis=1).astype(np.uint32)
    return [band.tobytes() for band in smallest.reshape(BANDS, ROWS)]
