"""Notes that a model has seen, in one form or another, before it is tested on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from training.dataset_quality.rows import DEV, LISTED, TEST, TRAIN, Row, counted

TEXT, PATIENT = "text", "patient"
SENTENCES = {
    TEXT: ("has the same text as a note", "have the same text as notes"),
    PATIENT: ("is of the same patient as a note", "are of the same patients as notes"),
}
REMEDY = "move or leave them out, as a model tested on what it has seen looks better than it is"
SHOWN = 5


class Leakage:
    """Fed with rows and a key of their text; one pair for each note of the later split that has a fellow before it."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[object, dict[str, list[int]]]] = {TEXT: {}, PATIENT: {}}

    def add(self, row: Row, text_key: object) -> None:
        self._put(TEXT, text_key, row)
        if row.patient:
            self._put(PATIENT, row.patient, row)

    def _put(self, kind: str, key: object, row: Row) -> None:
        self.groups[kind].setdefault(key, defaultdict(list))[row.split].append(row.note_id)

    def pairs(self, kind: str, later: str) -> Iterator[tuple[int, int]]:
        """``(note before, note of `later`)``; before the test come training and calibration, before dev training."""
        before = (TRAIN, DEV) if later == TEST else (TRAIN,)
        for splits in self.groups[kind].values():
            seen = [note for split in before for note in splits.get(split, ())]
            if seen:
                yield from ((seen[0], note) for note in splits.get(later, ()))

    def to_json(self) -> dict[str, Any]:
        """`test` and `dev`: for each kind the number of pairs and the first of them."""
        found: dict[str, Any] = {}
        for later in (TEST, DEV):
            rows = {kind: list(self.pairs(kind, later)) for kind in SENTENCES}
            found[later] = {
                kind: {"count": len(pairs), "pairs": [list(pair) for pair in pairs[:LISTED]]}
                for kind, pairs in rows.items()
            }
        return found

    def sentences(self, later: str) -> list[str]:
        names = {TEST: "test", DEV: "calibration"}
        before = "training or calibration" if later == TEST else "training"
        return [
            f"{_subject(len(pairs), names[later], words)} of {before} ({_some(pairs)}): {REMEDY}."
            for kind, words in SENTENCES.items()
            if (pairs := list(self.pairs(kind, later)))
        ]


def _subject(count: int, split: str, words: tuple[str, str]) -> str:
    one, many = words
    return counted(count, f"note of the {split} split {one}", f"notes of the {split} split {many}")


def _some(pairs: list[tuple[int, int]]) -> str:
    shown = ", ".join(f"{second} and {first}" for first, second in pairs[:SHOWN])
    return f"notes {shown}" + (", …" if len(pairs) > SHOWN else "")
