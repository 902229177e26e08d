"""Two models on the same test notes: overall, per label and per slice, in figures and in one of four words. No Django.

A part of a test set is tested only when it holds enough notes and enough gold; the p values of the parts tested
together are corrected for their number (Holm). Source: `statistics.md` C2 and C5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil
from typing import Any

from annotation.spans import Counts
from training.statistics import Difference, f1_difference, holm

MIN_NOTES = 30
MIN_ENTITIES = 50
MARGIN = 0.01
SWAPS = 1000
MOST_SWAPS = 20_000


@dataclass(frozen=True, slots=True)
class NoteScore:
    """What one model did on one note: strict counts, the same per label, and the note's facets."""

    note_id: int
    counts: Counts
    per_label: Mapping[str, Counts]
    facets: Mapping[str, str]


class Verdict(StrEnum):
    """What an interval of candidate minus champion says."""

    BETTER = "better"
    NOT_WORSE = "not worse"
    WORSE = "worse"
    UNCLEAR = "can't tell"


class Kind(StrEnum):
    ALL = "all"
    LABEL = "label"
    SLICE = "slice"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a test set: all of it, one label (`name`), or the notes whose `facet` is `name`."""

    kind: Kind = Kind.ALL
    name: str = ""
    facet: str = ""

    @property
    def title(self) -> str:
        if self.kind == Kind.SLICE:
            return f"{self.facet}: {self.name or 'not stated'}"
        return self.name or "All notes"

    def notes(self, scores: Sequence[NoteScore]) -> list[NoteScore]:
        """The part's notes with their counts in it."""
        if self.kind == Kind.LABEL:
            return [replace(note, counts=note.per_label.get(self.name, Counts())) for note in scores]
        if self.kind == Kind.SLICE:
            return [note for note in scores if note.facets.get(self.facet, "") == self.name]
        return list(scores)

    def to_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "name": self.name, "facet": self.facet, "title": self.title}


@dataclass(frozen=True, slots=True)
class PartDifference:
    """Candidate minus champion in a part. `difference` and `p_holm` are None where the part is too small to test."""

    part: Part
    notes: int
    entities: int
    candidate_f1: float
    champion_f1: float
    difference: Difference | None = None
    p_holm: float | None = None

    def is_loss(self, alpha: float) -> bool:
        """Whether the candidate is worse here by more than chance, whatever the number of parts that were tested."""
        tested = self.difference is not None and self.p_holm is not None
        return tested and self.difference.value < 0 and self.p_holm <= alpha  # type: ignore[union-attr,operator]

    def to_json(self) -> dict[str, Any]:
        found = self.difference.to_json() if self.difference else {}
        own = {"notes": self.notes, "entities": self.entities, "p_holm": self.p_holm}
        return {**self.part.to_json(), **own, "f1": [self.candidate_f1, self.champion_f1], **found}


def verdict(low: float, high: float, *, margin: float = MARGIN) -> Verdict:
    """The word for the interval of a difference: not worse means worse by less than `margin`, if at all."""
    if low > 0:
        return Verdict.BETTER
    if low > -margin or low == high == 0:
        return Verdict.NOT_WORSE
    return Verdict.WORSE if high < 0 else Verdict.UNCLEAR


def labels(scores: Sequence[NoteScore]) -> list[Part]:
    """A part for each label that occurs, in the order of the alphabet."""
    return [Part(Kind.LABEL, name) for name in sorted({label for note in scores for label in note.per_label})]


def slices(scores: Sequence[NoteScore], facets: Collection[str] | None = None) -> list[Part]:
    """A part for each value of each of `facets` (of all that notes have, when None), the most frequent value first."""
    names = sorted(facets if facets is not None else {name for note in scores for name in note.facets})
    found = []
    for facet in names:
        values = Counter(note.facets.get(facet, "") for note in scores)
        found += [Part(Kind.SLICE, value, facet) for value, _ in sorted(values.items(), key=lambda v: (-v[1], v[0]))]
    return found


def size(notes: Sequence[NoteScore], part: Part = Part()) -> tuple[int, int]:
    """Notes and gold entities of a part's `notes`; for a label only notes that hold gold of it."""
    gold = [note.counts.tp + note.counts.fn for note in notes]
    return sum(map(bool, gold)) if part.kind == Kind.LABEL else len(gold), sum(gold)


def same_notes(candidate: Sequence[NoteScore], champion: Sequence[NoteScore]) -> None:
    """Raises ValueError unless both have the same notes in the same order."""
    if [note.note_id for note in candidate] != [note.note_id for note in champion]:
        raise ValueError(
            f"The candidate has {len(candidate)} notes, the champion {len(champion)}, and they are not the same in "
            "the same order; score both on one test set."
        )


def part_differences(
    candidate: Sequence[NoteScore],
    champion: Sequence[NoteScore],
    parts: Sequence[Part],
    *,
    min_notes: int = MIN_NOTES,
    min_entities: int = MIN_ENTITIES,
    alpha: float = 0.05,
    seed: int = 0,
) -> list[PartDifference]:
    """Candidate minus champion in each part, p corrected over those that are large enough to be tested."""
    same_notes(candidate, champion)
    pairs = [(part, part.notes(candidate), part.notes(champion)) for part in parts]
    rows = [_untested(*pair) for pair in pairs]
    tested = [at for at, row in enumerate(rows) if row.notes >= min_notes and row.entities >= min_entities]
    swaps = swaps_for(len(tested), alpha)
    for at in tested:
        first, second = ([note.counts for note in side] for side in pairs[at][1:])
        found = f1_difference(first, second, swaps=swaps, seed=seed, level=1 - alpha)
        rows[at] = replace(rows[at], difference=found)
    corrected = holm([row.difference.p for row in rows if row.difference])
    for at, p in zip(tested, corrected, strict=True):
        rows[at] = replace(rows[at], p_holm=p)
    return rows


def swaps_for(tests: int, alpha: float) -> int:
    """Enough that the smallest p there can be is still significant when corrected for `tests`."""
    return min(MOST_SWAPS, max(SWAPS, ceil(4 * tests / alpha)))


def _untested(part: Part, candidate: Sequence[NoteScore], champion: Sequence[NoteScore]) -> PartDifference:
    notes, entities = size(candidate, part)
    first, second = (sum((note.counts for note in side), Counts()).f1 for side in (candidate, champion))
    return PartDifference(part, notes, entities, first, second)
