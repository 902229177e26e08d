"""What a model card says beyond figures: what a model is for, and what its figures say that it is bad at. No Django.

Scores are those of ``training.statistics.score``: shares of 1 with ``notes`` and ``entities`` of gold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Scores = Mapping[str, Any]
FEW_NOTES = 30
FEW_ENTITIES = 50
# A part whose recall is so far below that of all notes is a limit to know of.
GAP = 0.05
MOST_SLICES = 5
HIGH_ECE = 0.03


def intended_use(labels: Sequence[str]) -> list[str]:
    """What it is for, for whom, and what it is not for."""
    names = _listed([label.lower().replace("_", " ") for label in labels])
    return [
        f"It marks mentions of {names} in the free text of clinical notes, with their exact place and a confidence.",
        "Its answers are for analytics that people check: counting, finding notes, filling registers.",
        "It does not diagnose, it does not prescribe, and no answer of it decides about one patient.",
        "A mention is marked whether it is affirmed, denied or of the family's history: the note says which.",
    ]


def limits(
    overall: Scores | None,
    per_label: Mapping[str, Scores],
    slices: Mapping[str, Mapping[str, Scores]],
    *,
    few_notes: int = FEW_NOTES,
    few_entities: int = FEW_ENTITIES,
    languages: Mapping[str, int] | None = None,
    ece: float | None = None,
) -> list[str]:
    """Sentences, the most general first; `languages`: test notes of each, whether or not they make a slice."""
    if overall is None:
        return ["It was not evaluated on test notes: nothing is known of its accuracy."]
    found = [_missed(overall)]
    if overall["notes"] < few_notes:
        found.append(f"Only {_notes(overall['notes'])} tested it, where {few_notes} are asked: every figure is rough.")
    found += _labels(per_label, few_entities)
    found += _slices(overall, slices, few_notes)
    few = [
        f"{name or 'not stated'} ({count})" for name, count in sorted((languages or {}).items()) if count < few_notes
    ]
    if few:
        found.append(f"Languages with too few test notes to judge: {_listed(few)}.")
    if ece is not None and ece > HIGH_ECE:
        found.append(f"Its confidence is off by {100 * ece:.1f} points on average: do not read it as a probability.")
    return found


def _missed(overall: Scores) -> str:
    return (
        f"On its test notes it missed {_in_hundred(1 - overall['recall'])} of 100 marked entities, and "
        f"{_in_hundred(1 - overall['precision'])} of 100 that it marked were wrong."
    )


def _labels(per_label: Mapping[str, Scores], few: int) -> list[str]:
    found = [
        f"{name} occurs {scores['entities']} times in the test notes, too few to judge it."
        for name, scores in sorted(per_label.items())
        if scores["entities"] < few
    ]
    judged = {name: scores for name, scores in per_label.items() if scores["entities"] >= few}
    if len(judged) > 1:
        name, scores = min(judged.items(), key=lambda row: row[1]["recall"])
        found.append(f"It is weakest on {name}: it finds {_in_hundred(scores['recall'])} of 100.")
    return found


def _slices(overall: Scores, slices: Mapping[str, Mapping[str, Scores]], few: int) -> list[str]:
    """The slices far below the rest, the worst first; those of few notes are left to the page's table."""
    low = [
        (scores["recall"], facet, value, scores)
        for facet, values in slices.items()
        for value, scores in values.items()
        if scores["notes"] >= few and scores["recall"] <= overall["recall"] - GAP
    ]
    return [
        f"Notes of {facet.replace('_', ' ')} {value}: it finds {_in_hundred(recall)} of 100, "
        f"against {_in_hundred(overall['recall'])} in all notes ({_notes(scores['notes'])})."
        for recall, facet, value, scores in sorted(low, key=lambda row: row[:3])[:MOST_SLICES]
    ]


def _in_hundred(share: float) -> str:
    return f"{100 * share:.0f}" if 0.01 <= share <= 0.99 or share in (0, 1) else f"{100 * share:.1f}"


def _notes(count: int) -> str:
    return f"{count:,} note{'' if count == 1 else 's'}"


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
