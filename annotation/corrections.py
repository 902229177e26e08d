"""What people changed in a model's suggestions: entity by entity, one suggestion with one entity. No Django in here.

A suggestion whose label a person changed counts as relabelled whether its edges moved too or not: the label is the
worse of the two. Assertion and code are no correction: a model suggests neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from annotation.disagreements import Kind, disagreements
from annotation.spans import MarkedSpan, Span


class Fate(StrEnum):
    """What became of a suggestion; ``ADDED`` is an entity that was not suggested."""

    KEPT = "kept"
    MOVED = "moved"
    RELABELLED = "relabelled"
    REMOVED = "removed"
    ADDED = "added"


FATES = {
    Kind.BOUNDARY: Fate.MOVED,
    Kind.LABEL: Fate.RELABELLED,
    Kind.BOTH: Fate.RELABELLED,
    Kind.ONLY_LEFT: Fate.REMOVED,
    Kind.ONLY_RIGHT: Fate.ADDED,
}


class Correction(NamedTuple):
    """One entity: its fate and its label, the suggested one where there is one."""

    fate: Fate
    label: str


@dataclass(slots=True)
class Tally:
    """How many entities of a label had each fate."""

    kept: int = 0
    moved: int = 0
    relabelled: int = 0
    removed: int = 0
    added: int = 0

    @property
    def suggested(self) -> int:
        return self.kept + self.moved + self.relabelled + self.removed

    @property
    def entities(self) -> int:
        """Entities that people kept or added. One that was relabelled counts with the label that was suggested."""
        return self.kept + self.moved + self.relabelled + self.added

    def of(self, fate: Fate) -> int:
        return int(getattr(self, fate.value))

    def count(self, fate: Fate) -> None:
        setattr(self, fate.value, self.of(fate) + 1)


def corrections(suggested: Iterable[Span], gold: Iterable[Span]) -> list[Correction]:
    """The fate of every suggestion of a note, and what was added."""
    left, right = _marked(suggested), _marked(gold)
    changed = disagreements(left, right)
    found = [Correction(FATES[one.kind], one.spans[0].label) for one in changed]
    at_issue = {one.left for one in changed}
    return found + [Correction(Fate.KEPT, span.label) for span in left if span not in at_issue]


def tally(notes: Iterable[Sequence[Correction]]) -> dict[str, Tally]:
    """The corrections of many notes counted by label, in order of the labels' names."""
    rows: dict[str, Tally] = defaultdict(Tally)
    for note in notes:
        for one in note:
            rows[one.label].count(one.fate)
    return dict(sorted(rows.items()))


def _marked(spans: Iterable[Span]) -> list[MarkedSpan]:
    return [MarkedSpan(*span) for span in spans]
