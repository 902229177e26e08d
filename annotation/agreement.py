"""How far two people agree: span F1, strict and partial, and Krippendorff's alpha on tokens. No Django in here.

**Strict F1** counts an entity as common when start, end and label are the same: the KPI's definition, and for spans
the right figure, since what nobody marked can't be counted (Hripcsak & Rothschild, JAMIA 2005). It does not matter
which side is called gold.

**Partial F1** counts it as common when the label is the same and the characters overlap, one entity with one: the
`type` measure of SemEval-2013 task 9.1, called lenient elsewhere. (That task's `partial` ignores the label and gives
half; then nobody could read off how much of the disagreement is about edges.) Never less than strict.

**Alpha** (nominal) takes each token as a unit: a word or a sign. Its value is the
set of labels of all entities that touch it, so that in nested entities no difference is overlooked; the empty set is a
value too. Per label the value is yes or no. Source: Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011.

A figure that has no ground (nothing marked, one value only) is None, never 0 or 1. Intervals resample notes; resamples
without ground are left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from annotation.bootstrap import Floats, percentiles, weights
from annotation.disagreements import matches
from annotation.spans import Counts, MarkedSpan, exact_counts_per_label

# All but spaces and signs makes words, so that combining marks and joiners stay with their letter.
_SIGNS = r"!-/:-@\[-`{-~\u00a1-\u00bf\u0964\u0965\u2010-\u2027"
_TOKEN = re.compile(rf"[^\s{_SIGNS}]+|[{_SIGNS}]")
SEED, RESAMPLES, LEVEL = 0, 1000, 0.95

Labels = frozenset[str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval; all None where there is no ground for one."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """The three figures over `notes` notes; of a label, over those where either side has it."""

    notes: int
    strict: Figure
    partial: Figure
    alpha: Figure


@dataclass(frozen=True, slots=True)
class NoteCounts:
    """What one note with two versions adds to the figures: counts per label, and the pairs of values of its tokens."""

    strict: dict[str, Counts]
    partial: dict[str, Counts]
    tokens: Counter[tuple[Labels, Labels]]


def tokens_of(text: str) -> list[tuple[int, int]]:
    """Where the tokens of a text begin and end."""
    return [match.span() for match in _TOKEN.finditer(text)]


def compare(tokens: Sequence[tuple[int, int]], left: Sequence[MarkedSpan], right: Sequence[MarkedSpan]) -> NoteCounts:
    """Count one note with these tokens; a span that touches none of them counts for the F1s alone."""
    ends = [end for _, end in tokens]
    first, ours, theirs = _labels_on(tokens, ends, left), [s.span for s in left], [s.span for s in right]
    if sorted(ours) == sorted(theirs):  # most notes: there is nothing to match
        same = {label: Counts(tp) for label, tp in Counter(span.label for span in ours).items()}
        return NoteCounts(same, same, Counter(zip(first, first, strict=True)))
    second, strict = _labels_on(tokens, ends, right), exact_counts_per_label(ours, theirs)
    return NoteCounts(strict, _partial(left, right), Counter(zip(first, second, strict=True)))


def agreement(notes: Sequence[NoteCounts]) -> Scores:
    """The figures over notes. No note: every figure is None."""
    return Scores(len(notes), *_figures(notes, _drawn(notes)))


def agreement_per_label(notes: Sequence[NoteCounts]) -> dict[str, Scores]:
    """The figures for each label that either side has anywhere; intervals resample all notes."""
    drawn, found = _drawn(notes), {}
    for label in sorted({label for note in notes for label in note.strict}):
        having = sum(label in note.strict for note in notes)
        found[label] = Scores(having, *_figures([_of_label(note, label) for note in notes], drawn))
    return found


def nominal_alpha(units: Iterable[Sequence[Hashable | None]]) -> float | None:
    """Krippendorff's alpha of nominal values, a sequence per unit with one value per person; None is missing.

    A unit with fewer than two values says nothing. None when nothing can be paired or when there is one value only:
    then chance would agree as well, and alpha is undefined.
    """
    totals: Counter[Hashable] = Counter()
    apart = 0.0
    for unit in units:
        counts = Counter(value for value in unit if value is not None)
        n = counts.total()
        if n > 1:
            totals += counts
            apart += (n * n - sum(count * count for count in counts.values())) / (n - 1)
    value = float(_alpha(np.array([*totals.values(), apart], dtype=np.float64)))
    return None if np.isnan(value) else value


def _partial(left: Sequence[MarkedSpan], right: Sequence[MarkedSpan]) -> dict[str, Counts]:
    pairs = matches(left, right, lambda a, b: (0 if a.span == b.span else 1) if a.label == b.label else None)
    common = Counter(left[a].label for a, _ in pairs)
    ours, theirs = Counter(s.label for s in left), Counter(s.label for s in right)
    return {
        label: Counts(common[label], theirs[label] - common[label], ours[label] - common[label])
        for label in ours | theirs
    }


def _labels_on(tokens: Sequence[tuple[int, int]], ends: Sequence[int], spans: Sequence[MarkedSpan]) -> list[Labels]:
    values: list[Labels] = [frozenset()] * len(tokens)
    for span in spans:
        at = bisect_right(ends, span.start)
        while at < len(tokens) and tokens[at][0] < span.end:
            values[at] |= {span.label}
            at += 1
    return values


def _of_label(note: NoteCounts, label: str) -> NoteCounts:
    tokens: Counter[tuple[Labels, Labels]] = Counter()
    mine = frozenset({label})
    for (left, right), count in note.tokens.items():
        tokens[left & mine, right & mine] += count
    return NoteCounts({label: note.strict.get(label, Counts())}, {label: note.partial.get(label, Counts())}, tokens)


def _drawn(notes: Sequence[NoteCounts]) -> Floats:
    return weights(len(notes), RESAMPLES, SEED) if notes else np.zeros((RESAMPLES, 0))


def _figures(notes: Sequence[NoteCounts], drawn: Floats) -> tuple[Figure, Figure, Figure]:
    strict = np.array([_f1_row(note.strict) for note in notes], dtype=np.float64).reshape(len(notes), 2)
    partial = np.array([_f1_row(note.partial) for note in notes], dtype=np.float64).reshape(len(notes), 2)
    return _figure(strict, drawn, _f1), _figure(partial, drawn, _f1), _figure(_alpha_table(notes), drawn, _alpha)


def _f1_row(counts: dict[str, Counts]) -> tuple[int, int]:
    total = sum(counts.values(), Counts())
    return total.tp, 2 * total.tp + total.fp + total.fn


def _alpha_table(notes: Sequence[NoteCounts]) -> Floats:
    """Shape (notes, values + 1): how often each value was given, and at last what was given apart."""
    values = {value: place for place, value in enumerate(_all_values(notes))}
    table = np.zeros((len(notes), len(values) + 1))
    for row, note in zip(table, notes, strict=True):
        for (left, right), count in note.tokens.items():
            row[values[left]] += count
            row[values[right]] += count
            row[-1] += 2 * count * (left != right)
    return table


def _all_values(notes: Sequence[NoteCounts]) -> dict[Labels, None]:
    return dict.fromkeys(value for note in notes for pair in note.tokens for value in pair)


def _f1(sums: Floats) -> Floats:
    """2 tp / (2 tp + fp + fn) of rows (…, 2); NaN where nothing was marked."""
    return _quotient(2 * sums[..., 0], sums[..., 1])


def _alpha(sums: Floats) -> Floats:
    """1 - observed / expected disagreement of rows (…, values + 1); NaN where only one value was given."""
    given = sums[..., :-1]
    n = given.sum(axis=-1)
    return 1 - _quotient((n - 1) * sums[..., -1], n * n - (given * given).sum(axis=-1))


def _quotient(above: Floats, below: Floats) -> Floats:
    above, below = np.asarray(above), np.asarray(below)
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0)


def _figure(table: Floats, drawn: Floats, of: Callable[[Floats], Floats]) -> Figure:
    value = float(of(table.sum(axis=0)))
    if np.isnan(value):
        return Figure()
    resampled = of(drawn @ table)
    interval = percentiles(resampled[~np.isnan(resampled)], LEVEL)
    return Figure(value, interval.low, interval.high)
