"""Is a model fair to groups of notes: each value of a facet against all other notes, in precision, recall and F1.

A gap that is allowed is let pass. A group is named when the interval of its gap lies wholly outside, corrected for the
number of groups and figures (Holm); groups that are too small are not judged. Source: `statistics.md` C5. No Django.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from annotation.bootstrap import Floats, Interval, percentiles, weights
from annotation.spans import Counts
from training.comparison import MIN_ENTITIES, MIN_NOTES, NoteScore, Part, size, slices, swaps_for
from training.statistics import counts_table, holm, micro_f1

# To either side, where nobody says otherwise.
ALLOWED = 0.05


def _share(right: Any, wrong: Any) -> Any:
    total = right + wrong
    return np.divide(right, total, out=np.zeros_like(total), where=total > 0)


# Each takes rows (…, 3) of tp, fp, fn.
MEASURES: dict[str, Callable[[Floats], Any]] = {
    "recall": lambda sums: _share(sums[..., 0], sums[..., 2]),
    "precision": lambda sums: _share(sums[..., 0], sums[..., 1]),
    "f1": micro_f1,
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A group less the rest in one measure, with its interval and the corrected p that it is within what is allowed."""

    measure: str
    group: float
    rest: float
    interval: Interval
    p_holm: float

    @property
    def value(self) -> float:
        return self.group - self.rest

    def is_unfair(self, alpha: float = 0.05) -> bool:
        return self.p_holm <= alpha

    def to_json(self) -> dict[str, Any]:
        figures = {"group": self.group, "rest": self.rest, "value": self.value, "p_holm": self.p_holm}
        return {"measure": self.measure, **figures, **self.interval.to_json(), "unfair": self.is_unfair()}


@dataclass(frozen=True, slots=True)
class Group:
    """A group of notes. ``gaps`` is empty where the group or the rest is too small; ``found_ratio`` needs no gold.

    ``found_ratio``: entities found in a note of the group for each one found in a note of the rest; None without any.
    """

    part: Part
    notes: int
    entities: int
    found_ratio: float | None
    gaps: Sequence[Gap] = ()

    def to_json(self) -> dict[str, Any]:
        own = {"notes": self.notes, "entities": self.entities, "found_ratio": self.found_ratio}
        return {**self.part.to_json(), **own, "gaps": [gap.to_json() for gap in self.gaps]}


def groups(
    scores: Sequence[NoteScore],
    facets: Collection[str] | None = None,
    *,
    allowed: float = ALLOWED,
    min_notes: int = MIN_NOTES,
    min_entities: int = MIN_ENTITIES,
    alpha: float = 0.05,
    seed: int = 0,
) -> list[Group]:
    """A group for each value of each of `facets` (of all that notes have, when None).

    `allowed`: the gap that is let pass, a fraction of 1.
    """
    pairs = [(part, *_sides(scores, part)) for part in slices(scores, facets)]
    large = [all(_is_large(side, min_notes, min_entities) for side in pair[1:]) for pair in pairs]
    resamples = swaps_for(len(MEASURES) * sum(large), alpha)
    gaps = [
        _gaps(group, rest, allowed, resamples, seed, 1 - alpha) if judged else []
        for (_, group, rest), judged in zip(pairs, large, strict=True)
    ]
    corrected = iter(holm([gap.p_holm for some in gaps for gap in some]))
    gaps = [[replace(gap, p_holm=next(corrected)) for gap in some] for some in gaps]
    return [
        Group(part, *size(group), _found_ratio(group, rest), tuple(some))
        for (part, group, rest), some in zip(pairs, gaps, strict=True)
    ]


def _sides(scores: Sequence[NoteScore], part: Part) -> tuple[list[NoteScore], list[NoteScore]]:
    inside = part.notes(scores)
    ids = {note.note_id for note in inside}
    return inside, [note for note in scores if note.note_id not in ids]


def _is_large(notes: Sequence[NoteScore], min_notes: int, min_entities: int) -> bool:
    count, entities = size(notes)
    return count >= min_notes and entities >= min_entities


def _gaps(
    group: Sequence[NoteScore], rest: Sequence[NoteScore], allowed: float, resamples: int, seed: int, level: float
) -> list[Gap]:
    """With p not yet corrected. Group and rest are other notes, so each is resampled by itself."""
    tables = [counts_table([note.counts for note in side]) for side in (group, rest)]
    sums = [table.sum(axis=0) for table in tables]
    drawn = [weights(len(table), resamples, seed + at) @ table for at, table in enumerate(tables)]
    found = []
    for name, measure in MEASURES.items():
        one, other = (float(measure(side)) for side in sums)
        gaps = measure(drawn[0]) - measure(drawn[1])
        found.append(Gap(name, one, other, percentiles(gaps, level), _p(gaps, one - other, allowed)))
    return found


def _p(gaps: Floats, value: float, allowed: float) -> float:
    """Two-sided: twice the share of resamples whose gap is not beyond `allowed` on the side of `value`."""
    within = np.count_nonzero(gaps <= allowed if value > 0 else gaps >= -allowed)
    return min(1.0, 2 * (1 + int(within)) / (len(gaps) + 1))


def _found_ratio(group: Sequence[NoteScore], rest: Sequence[NoteScore]) -> float | None:
    one, other = (_found(side) for side in (group, rest))
    return one / other if other else None


def _found(notes: Sequence[NoteScore]) -> float:
    """Entities found for each note."""
    total = sum((note.counts for note in notes), Counts())
    return (total.tp + total.fp) / len(notes) if notes else 0.0
