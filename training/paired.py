"""Two to ten runs on the same test notes, side by side: scores, differences, which of them are more than chance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

from training.comparison import (
    MARGIN,
    MIN_ENTITIES,
    MIN_NOTES,
    NoteScore,
    Part,
    PartDifference,
    labels,
    part_differences,
    same_notes,
    size,
    slices,
    swaps_for,
    verdict,
)
from training.statistics import f1_difference, holm, score

MOST_RUNS = 10
Runs = Mapping[str, Sequence[NoteScore]]


def paired_table(
    runs: Runs,
    *,
    reference: str | None = None,
    facets: Collection[str] | None = None,
    margin: float = MARGIN,
    alpha: float = 0.05,
    seed: int = 0,
) -> dict[str, Any]:
    """JSON-able: `runs`, `reference`, `overall` scores, all `pairs`, and rows of `labels` and `slices`.

    A row of labels or slices holds each run's score and each other run's difference to the `reference` (the first run,
    when None). p is corrected over all pairs, over all labels and over all slices (Holm). Raises ValueError for fewer
    than 2 or more than 10 runs, and for runs that were not scored on the same notes in the same order.
    """
    names = list(runs)
    if not 2 <= len(names) <= MOST_RUNS:
        raise ValueError(f"{len(names)} runs can't be compared; choose 2 to {MOST_RUNS}.")
    base = names[0] if reference is None else reference
    for name in names:
        same_notes(runs[name], runs[base])
    some = [note for scores in runs.values() for note in scores]
    return {
        "runs": names,
        "reference": base,
        "overall": {name: _score(runs[name], Part(), seed) for name in names},
        "pairs": _pairs(runs, margin, alpha, seed),
        "labels": _rows(runs, labels(some), base, margin, alpha, seed),
        "slices": _rows(runs, slices(runs[base], facets), base, margin, alpha, seed),
    }


def part_scores(scores: Sequence[NoteScore], parts: Sequence[Part], *, seed: int = 0) -> list[dict[str, Any]]:
    """A row for each part: its name, its score with interval, and whether it is large enough to be judged."""
    return [{**part.to_json(), **_score(scores, part, seed)} for part in parts]


def _score(scores: Sequence[NoteScore], part: Part, seed: int) -> dict[str, Any]:
    notes = part.notes(scores)
    count, entities = size(notes, part)
    enough = count >= MIN_NOTES and entities >= MIN_ENTITIES
    return {**score([note.counts for note in notes], seed=seed), "notes": count, "enough": enough}


def _pairs(runs: Runs, margin: float, alpha: float, seed: int) -> list[dict[str, Any]]:
    counts = {name: [note.counts for note in scores] for name, scores in runs.items()}
    pairs = list(combinations(runs, 2))
    swaps = swaps_for(len(pairs), alpha)
    found = [f1_difference(counts[b], counts[a], swaps=swaps, seed=seed, level=1 - alpha) for a, b in pairs]
    corrected = holm([one.p for one in found])
    return [
        {
            "first": a,
            "second": b,
            **one.to_json(),
            "p_holm": p,
            "verdict": verdict(one.low, one.high, margin=margin).value,
        }
        for (a, b), one, p in zip(pairs, found, corrected, strict=True)
    ]


def _rows(runs: Runs, parts: Sequence[Part], base: str, margin: float, alpha: float, seed: int) -> list[dict[str, Any]]:
    """The differences of each run to the base: one family of tests a run."""
    others = [name for name in runs if name != base]
    sides = {name: part_differences(runs[name], runs[base], parts, alpha=alpha, seed=seed) for name in others}
    rows = []
    for at, part in enumerate(parts):
        some = sides[others[0]][at]
        scores = {name: _score(notes, part, seed) for name, notes in runs.items()}
        found = {name: _difference(sides[name][at], margin, alpha) for name in others}
        own = {"notes": some.notes, "entities": some.entities, "scores": scores, "differences": found}
        rows.append({**part.to_json(), **own})
    return rows


def _difference(row: PartDifference, margin: float, alpha: float) -> dict[str, Any] | None:
    """None where the part is too small to be tested."""
    if row.difference is None:
        return None
    word = verdict(row.difference.low, row.difference.high, margin=margin)
    own = {"p_holm": row.p_holm, "verdict": word.value, "is_loss": row.is_loss(alpha)}
    return {**row.difference.to_json(), **own}
