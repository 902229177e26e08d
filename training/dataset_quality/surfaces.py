"""The words that are marked: which ones most, which of them in two ways, how many of the test's training never saw.

Two mentions are one surface when their words are the same, whatever case, spacing and punctuation.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from annotation.spans import Span
from training.dataset_quality.rows import LISTED, TRAIN, Row
from training.dataset_quality.words import WORD, Hashes, Numbers, normalised, sequences

TOP = 30
EXAMPLES = 5
# A longer surface is looked for only where it is marked.
LONGEST = 6


def marks_of(row: Row) -> Counter[tuple[str, str]]:
    """How often the row marks each (surface, label)."""
    inside = (span for span in row.spans if 0 <= span.start < span.end <= len(row.text))
    return Counter((normalised(row.text[span.start : span.end]), span.label) for span in inside)


class Surfaces:
    """Fed with every row's marks, then with every row again (:meth:`look`) for the places left unmarked."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.marked: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.notes: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.by_split: dict[str, Counter[str]] = defaultdict(Counter)
        self.unmarked: Counter[str] = Counter()
        self.unmarked_notes: dict[str, list[int]] = defaultdict(list)
        self.keys: dict[int, dict[int, str]] = {}
        self.sorted: dict[int, Hashes] = {}

    def add(self, row: Row, marks: Counter[tuple[str, str]]) -> None:
        for (surface, label), count in marks.items():
            self.marked[surface][label] += count
            self.by_split[row.split][surface] += count
            _keep(self.notes[surface, label], row.note_id)

    def index(self) -> None:
        """Call once between the two passes."""
        keys: dict[int, dict[int, str]] = defaultdict(dict)
        for surface in self.marked:
            words = WORD.findall(surface)
            if 0 < len(words) <= LONGEST:
                keys[len(words)][int(sequences(self.numbers.of(words), len(words))[0])] = surface
        self.keys = dict(keys)
        self.sorted = {length: np.array(sorted(known), np.uint64) for length, known in keys.items()}

    def look(self, row: Row) -> None:
        """Counts the surfaces that stand in the row's text and touch nothing marked."""
        places = [match.span() for match in WORD.finditer(row.text)]
        words = self.numbers.of([row.text[start:end].casefold() for start, end in places])
        taken = _taken(row.spans, len(row.text))
        for length, known in self.sorted.items():
            runs = sequences(words, length)
            for at in np.flatnonzero(np.isin(runs, known)):
                start, end = places[at][0], places[at + length - 1][1]
                if not taken[start:end].any():
                    surface = self.keys[length][int(runs[at])]
                    self.unmarked[surface] += 1
                    _keep(self.unmarked_notes[surface], row.note_id)

    def two_labels(self) -> list[str]:
        """Surfaces marked with more than one label, the most even first."""
        found = [surface for surface, labels in self.marked.items() if len(labels) > 1]
        return sorted(found, key=lambda surface: (-sorted(self.marked[surface].values())[-2], surface))

    def half_marked(self) -> list[str]:
        """Surfaces marked in some places and not in others, the most even first."""
        return sorted(self.unmarked, key=lambda s: (-min(self.unmarked[s], sum(self.marked[s].values())), s))

    def conflicts(self) -> dict[str, Any]:
        """Numbers and notes, no words: how many surfaces have two labels, how many are marked in some places only."""
        two, half = self.two_labels(), self.half_marked()
        return {
            "two_labels": {"count": len(two), "notes": _distinct(self._ids(two))},
            "half_marked": {"count": len(half), "notes": _distinct(self._ids(half))},
        }

    def _ids(self, surfaces: Iterable[str]) -> Iterator[int]:
        for surface in surfaces:
            for label in self.marked[surface]:
                yield from self.notes[surface, label]
            yield from self.unmarked_notes[surface]

    def words(self) -> dict[str, Any]:
        """What holds words of notes: the top surfaces of each label, and the conflicts one by one."""
        tops: dict[str, Counter[str]] = defaultdict(Counter)
        for surface, labels in self.marked.items():
            for label, count in labels.items():
                tops[label][surface] = count
        return {
            "top": {label: [list(pair) for pair in _top(tops[label])] for label in sorted(tops)},
            "two_labels": [self._conflict(surface) for surface in self.two_labels()[:LISTED]],
            "half_marked": [self._conflict(surface) for surface in self.half_marked()[:LISTED]],
        }

    def _conflict(self, surface: str) -> dict[str, Any]:
        labels = self.marked[surface]
        return {
            "surface": surface,
            "labels": {
                label: {"times": labels[label], "notes": self.notes[surface, label]} for label in sorted(labels)
            },
            "unmarked": {"times": self.unmarked[surface], "notes": self.unmarked_notes[surface]},
        }

    def unseen(self) -> dict[str, Any]:
        """For each split but training: the share of its mentions, and of its distinct surfaces, not in training."""
        known = self.by_split[TRAIN]
        found = {}
        for split, surfaces in sorted(self.by_split.items()):
            new = [surface for surface in surfaces if surface not in known]
            if split != TRAIN and surfaces:
                mentions = sum(surfaces[surface] for surface in new) / surfaces.total()
                found[split] = {"mentions": mentions, "surfaces": len(new) / len(surfaces)}
        return found


def _top(surfaces: Counter[str]) -> list[tuple[str, int]]:
    return sorted(surfaces.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP]


def _taken(spans: Iterable[Span], length: int) -> Any:
    taken = np.zeros(length, dtype=bool)
    for span in spans:
        taken[max(0, span.start) : span.end] = True
    return taken


def _keep(notes: list[int], note: int) -> None:
    if len(notes) < EXAMPLES and note not in notes:
        notes.append(note)


def _distinct(notes: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(notes))[:LISTED]
