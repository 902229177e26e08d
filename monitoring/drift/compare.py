"""A window held against its reference, feature by feature, by a test that knows how many notes there were.

Chance is drawn from the reference itself: windows of this size and other references, patients drawn with replacement
together with all their notes, so that what clusters within notes and within patients is allowed for. Source:
``statistics.md`` C4, ``ml.md`` "Drift statistics".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation import bootstrap
from annotation.bootstrap import Floats
from monitoring.drift.features import FEATURES, NOT_GIVEN, Feature
from monitoring.drift.rows import NoteRow, whose

BOOTSTRAPS = 2000
# A bin that so few notes are expected in is put together with its neighbour.
EXPECTED = 5
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Finding:
    """One feature of one window. `chance`: what 99 of 100 windows without any change stay below; `p` one-sided.

    `bins` with the sums of both sides: what a histogram shows.
    """

    feature: Feature
    value: float
    chance: float
    p: float
    bins: tuple[str, ...]
    window: tuple[float, ...]
    reference: tuple[float, ...]

    @property
    def warns_from(self) -> float:
        return max(self.feature.warn, self.chance)

    @property
    def grave_from(self) -> float:
        return max(self.feature.grave, self.feature.times * self.chance)


@dataclass(frozen=True, slots=True)
class Expected:
    """A feature of a reference, and how far windows of so many notes lie from it by chance alone, ascending."""

    feature: Feature
    bins: tuple[str, ...]
    places: dict[str, int]
    sums: Floats
    by_chance: Floats

    def table_of(self, rows: Sequence[NoteRow]) -> Floats:
        """How the notes count in each bin, shape (notes, bins)."""
        return _table(self.feature, rows, self.bins, self.places)


def expect(
    reference: Sequence[NoteRow],
    notes: int,
    features: Sequence[Feature] = FEATURES,
    *,
    draws: int = BOOTSTRAPS,
    seed: int = 0,
) -> list[Expected]:
    """What windows of `notes` notes look like without a change. A feature with a single bin, such as a facet that
    nobody sends, is left out. Raises ValueError when there is no note on a side.
    """
    if not reference or notes < 1:
        raise ValueError(f"{notes} notes against {len(reference)} can't be compared; give both sides some.")
    rng = np.random.default_rng(seed)
    group, patients = _patients(reference)
    sizes = (max(1, round(notes * patients / len(reference))), patients)
    windows, references = (bootstrap.draws(rng, patients, size, draws) for size in sizes)
    found = []
    for feature in features:
        bins, places = _bins(feature, reference, notes)
        if len(bins) > 1:
            table = np.zeros((patients, len(bins)))
            np.add.at(table, group, _table(feature, reference, bins, places))
            by_chance = np.sort(feature.apart(windows @ table, references @ table))
            found.append(Expected(feature, bins, places, table.sum(axis=0), by_chance))
    return found


def _patients(rows: Sequence[NoteRow]) -> tuple[list[int], int]:
    """The patient of each note by number, and how many there are; a note of nobody known is one by itself."""
    names = whose(rows)
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return [number[name] for name in names], len(number)


def compare(expected: Sequence[Expected], window: Sequence[NoteRow]) -> list[Finding]:
    """A finding for each feature of the reference. `expected` is meant for windows of this size."""
    return [_finding(one, window) for one in expected]


def _finding(expected: Expected, window: Sequence[NoteRow]) -> Finding:
    feature, by_chance = expected.feature, expected.by_chance
    sums = expected.table_of(window).sum(axis=0)
    value = float(feature.apart(sums, expected.sums))
    as_far = len(by_chance) - int(np.searchsorted(by_chance, value, side="left"))
    p = (1 + as_far) / (len(by_chance) + 1)
    ninety_nine = float(np.quantile(by_chance, 0.99))
    return Finding(feature, value, ninety_nine, p, expected.bins, tuple(sums.tolist()), tuple(expected.sums.tolist()))


def _table(feature: Feature, rows: Sequence[NoteRow], bins: Sequence[str], places: dict[str, int]) -> Floats:
    """Shape (notes, bins)."""
    table = np.zeros((len(rows), len(bins)))
    for at, row in enumerate(rows):
        for name, count in feature.counted(row).items():
            table[at, places.get(name, len(bins) - 1)] += count
    return table


def _bins(feature: Feature, reference: Sequence[NoteRow], notes: int) -> tuple[tuple[str, ...], dict[str, int]]:
    """The bins, and the place of each name. Rare ones are put together: ordered ones with their neighbour."""
    totals = dict.fromkeys(feature.bins, 0.0)
    for row in reference:
        for name, count in feature.counted(row).items():
            totals[name] = totals.get(name, 0.0) + count
    if not feature.merge:
        names = feature.bins or (*sorted(totals), OTHER)
        return names, {name: place for place, name in enumerate(names)}
    least = EXPECTED * len(reference) / notes
    if feature.is_ordered:
        return _with_neighbours(totals, max(EXPECTED, least))
    large = sorted(name for name, total in totals.items() if total >= max(EXPECTED, least))
    said = any(name != NOT_GIVEN for name in totals)
    names = (*large, OTHER) if large and said else ()
    return names, {name: place for place, name in enumerate(names)}


def _with_neighbours(totals: dict[str, float], least: float) -> tuple[tuple[str, ...], dict[str, int]]:
    groups: list[list[str]] = [[]]
    held = 0.0
    for name, total in totals.items():
        groups[-1].append(name)
        held += total
        if held >= least:
            groups.append([])
            held = 0.0
    last = groups.pop()
    if groups:
        groups[-1] += last
    names = tuple(_range(group) for group in groups)
    return names, {name: place for place, group in enumerate(groups) for name in group}


def _range(group: Sequence[str]) -> str:
    """ "below 10" to "20 to 30": "below 30"."""
    first, last = group[0], group[-1]
    if len(group) == 1:
        return first
    if first.startswith("below "):
        return "all" if last.endswith(" and more") else f"below {last.partition(' to ')[2]}"
    low = first.partition(" to ")[0]
    return f"{low} and more" if last.endswith(" and more") else f"{low} to {last.partition(' to ')[2]}"
