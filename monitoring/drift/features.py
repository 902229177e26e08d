"""What is watched: how a note counts in each feature, how windows are compared in it, and from when it matters.

A feature warns when the difference is significant and at least `warn`, and is far off from `grave` on; both also lie
at or above what chance makes of windows this large (`times`: grave is so many times that). Sources: ``statistics.md``
C4 for .1 and .25 of PSI, ``ml.md`` for the estimate, the label mix and entities by words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from annotation.bootstrap import Floats
from annotation.intake import FACETS
from monitoring.drift import measures
from monitoring.drift.rows import SCORE_EDGES, NoteRow

Counted = Callable[[NoteRow], Mapping[str, float]]
Kind = Literal["input", "output", "quality"]


@dataclass(frozen=True, slots=True)
class Feature:
    """`bins` in order, or none for what is found in the reference; `merge`: rare bins are put together."""

    name: str
    title: str
    kind: Kind
    measure: str
    counted: Counted
    bins: tuple[str, ...] = ()
    merge: bool = True
    warn: float = 0.1
    grave: float = 0.25
    times: float = 2.0

    def apart(self, window: Floats, reference: Floats) -> Floats:
        return _MEASURES[self.measure](window, reference)

    @property
    def is_ordered(self) -> bool:
        return bool(self.bins)


_MEASURES: dict[str, Callable[[Floats, Floats], Floats]] = {
    "PSI": measures.psi,
    "JS distance": measures.jensen_shannon,
    "|ln ratio|": measures.log_ratio,
    "drop": measures.estimate_drop,
}


def edges(values: Sequence[float], *, percent: bool = False) -> tuple[str, ...]:
    """Names of the bins below, between and from the edges on."""
    said = [f"{100 * value:g} %" if percent else f"{value:g}" for value in values]
    between = [f"{low} to {high}" for low, high in pairwise(said)]
    return (f"below {said[0]}", *between, f"{said[-1]} and more")


def _binned(value: Callable[[NoteRow], float], cuts: Sequence[float], names: tuple[str, ...]) -> Counted:
    return lambda row: {names[int(np.searchsorted(cuts, value(row), side="right"))]: 1.0}


WORDS = (10, 20, 30, 40, 60, 80, 120)
RATE = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
CAPITALS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8)
DEVANAGARI = (0.01, 0.5)
_words, _rate = edges(WORDS), edges(RATE, percent=True)
_capitals, _script = edges(CAPITALS, percent=True), edges(DEVANAGARI, percent=True)
_scores = edges(SCORE_EDGES)


NOT_GIVEN = "not given"


def _facet(name: str) -> Feature:
    title = name.replace("_", " ").capitalize()
    return Feature(name, title, "input", "PSI", lambda row: {row.facets.get(name) or NOT_GIVEN: 1.0})


FEATURES: tuple[Feature, ...] = (
    Feature("words", "Words a note", "input", "PSI", _binned(lambda row: row.words, WORDS, _words), _words),
    Feature(
        "unseen",
        "Unseen words",
        "input",
        "PSI",
        _binned(lambda row: row.unseen / max(1, row.words), RATE, _rate),
        _rate,
    ),
    Feature("tokens", "Choice of words", "input", "JS distance", lambda row: row.tokens, merge=False),
    Feature(
        "capitals", "Capital letters", "input", "PSI", _binned(lambda row: row.capitals, CAPITALS, _capitals), _capitals
    ),
    Feature(
        "script", "Devanagari script", "input", "PSI", _binned(lambda row: row.devanagari, DEVANAGARI, _script), _script
    ),
    *map(_facet, FACETS),
    Feature(
        "density",
        "Entities by words",
        "output",
        "|ln ratio|",
        lambda row: {"entities": row.entities, "words": row.words},
        ("entities", "words"),
        merge=False,
        times=3.0,
    ),
    Feature("labels", "Mix of labels", "output", "JS distance", lambda row: row.labels, merge=False, times=3.0),
    Feature(
        "scores",
        "Scores of entities",
        "output",
        "PSI",
        lambda row: dict(zip(_scores, map(float, row.scores), strict=True)),
        _scores,
    ),
    Feature(
        "estimate",
        "F1 without labels",
        "quality",
        "drop",
        lambda row: {"certain": row.certain, "found": row.entities, "missed": row.missed},
        ("certain", "found", "missed"),
        merge=False,
        warn=0.03,
        grave=0.06,
        times=1.0,
    ),
)


def feature_named(name: str) -> Feature:
    """Raises KeyError when there is none."""
    return {one.name: one for one in FEATURES}[name]
