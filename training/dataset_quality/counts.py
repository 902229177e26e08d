"""How many notes and entities each split holds, how long its notes are, how even its labels."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from training.dataset_quality.rows import TRAIN, Row, counted

# Lower ends of the histogram's bins, in characters; the last is open.
LENGTHS = (0, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800)
FEW = 50
UNEVEN = 20


class Content:
    """Fed with rows; gives the parts `splits`, `lengths` and `imbalance`."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.labels = list(labels)
        self.notes: Counter[str] = Counter()
        self.empty: Counter[str] = Counter()
        self.characters: Counter[str] = Counter()
        self.entities: dict[str, Counter[str]] = defaultdict(Counter)
        self.lengths: dict[str, list[int]] = defaultdict(lambda: [0] * len(LENGTHS))

    def add(self, row: Row) -> None:
        self.notes[row.split] += 1
        self.empty[row.split] += not row.spans
        self.characters[row.split] += len(row.text)
        self.lengths[row.split][bisect_right(LENGTHS, len(row.text)) - 1] += 1
        self.entities[row.split].update(span.label for span in row.spans)

    def splits(self) -> dict[str, Any]:
        """For each split: notes, notes without entities, characters, entities for each label."""
        return {split: self._split(split) for split in sorted(self.notes)}

    def _split(self, split: str) -> dict[str, Any]:
        entities = self.entities[split]
        known = {label: entities[label] for label in self.labels}
        others = {label: count for label, count in sorted(entities.items()) if label not in known}
        return {
            "notes": self.notes[split],
            "empty_notes": self.empty[split],
            "characters": self.characters[split],
            "entities": {**known, **others},
        }

    def histogram(self) -> dict[str, Any]:
        return {"from": list(LENGTHS), "notes": {split: self.lengths[split] for split in sorted(self.lengths)}}

    def imbalance(self) -> dict[str, Any]:
        """Share of each label among the entities of training, and the ratio of the largest to the smallest."""
        trained = {label: self.entities[TRAIN][label] for label in self.labels}
        total, smallest = sum(trained.values()), min(trained.values(), default=0)
        shares = {label: count / total if total else 0.0 for label, count in trained.items()}
        return {"shares": shares, "ratio": max(trained.values()) / smallest if smallest else None}

    def warnings(self) -> list[str]:
        trained = {label: self.entities[TRAIN][label] for label in self.labels}
        found = [
            f"{label} has {counted(count, 'entity', 'entities')} in training; "
            f"a label is hardly learned from fewer than {FEW}: mark more."
            for label, count in trained.items()
            if count < FEW
        ]
        smallest, largest = (pick(trained, key=trained.__getitem__, default="") for pick in (min, max))
        if trained and trained[smallest] and trained[largest] > UNEVEN * trained[smallest]:
            ratio = trained[largest] / trained[smallest]
            found.append(f"{largest} is {ratio:.0f} times as frequent as {smallest}: look at {smallest} by itself.")
        return found
