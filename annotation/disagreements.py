"""Where two versions of one note's spans differ, and how. No Django in here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from annotation.spans import MarkedSpan, span_problems

# Spans that lie in one another deeper than this are compared with the innermost only: work stays linear.
DEEPEST = 32
EXAMPLES = 3


class Kind(StrEnum):
    """How two versions differ on one entity."""

    BOUNDARY = "boundary"  # same label, edges differ
    LABEL = "label"  # same edges, label differs
    BOTH = "both"  # edges and label differ
    ATTRIBUTES = "attributes"  # same edges and label, assertion or code differs
    ONLY_LEFT = "only_left"
    ONLY_RIGHT = "only_right"


class Choice(StrEnum):
    """What becomes of a difference."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    NEITHER = "neither"


class Disagreement(NamedTuple):
    """One entity on which two versions differ; the side that lacks it is None."""

    kind: Kind
    left: MarkedSpan | None
    right: MarkedSpan | None

    @property
    def spans(self) -> list[MarkedSpan]:
        return [span for span in (self.left, self.right) if span]

    @property
    def labels(self) -> tuple[str, ...]:
        """The one label or the two labels that are at issue, sorted."""
        return tuple(sorted({span.label for span in self.spans}))


class Difference(NamedTuple):
    """A stretch of text to decide on at once: what each version marks there. Differences never overlap each other."""

    left: tuple[MarkedSpan, ...]
    right: tuple[MarkedSpan, ...]
    disagreements: tuple[Disagreement, ...]

    def taken(self, choice: Choice | None) -> tuple[MarkedSpan, ...]:
        """What `choice` takes over; nothing while there is none."""
        both = tuple(sorted(self.left + self.right))
        return {Choice.LEFT: self.left, Choice.RIGHT: self.right, Choice.BOTH: both}.get(choice or Choice.NEITHER, ())

    def choices(self, *, nested: bool) -> list[Choice]:
        """What can be chosen: both only where the policy lets them stand together; neither only where both have any."""
        if not self.left or not self.right:
            return [Choice.LEFT, Choice.RIGHT]
        spans = self.left + self.right
        text, labels = "x" * max(span.end for span in spans), {span.label for span in spans}
        both = [] if span_problems(text, spans, labels, nested=nested) else [Choice.BOTH]
        return [Choice.LEFT, Choice.RIGHT, *both, Choice.NEITHER]


class Reason(NamedTuple):
    """A frequent disagreement: how often, of all, and some of the notes. `missing` stands for either side's lack."""

    kind: str
    labels: tuple[str, ...]
    times: int
    share: float
    notes: tuple[int, ...]


Rank = Callable[[MarkedSpan, MarkedSpan], int | None]


def matches(left: Sequence[MarkedSpan], right: Sequence[MarkedSpan], rank: Rank) -> list[tuple[int, int]]:
    """One-to-one pairs of overlapping spans, as indices: the lowest `rank` first, then most characters in common.

    Pairs of rank None never match. Exchanging the two sides exchanges the indices and nothing else.
    """
    ranked: list[tuple[int, int, MarkedSpan, MarkedSpan, int, int]] = []
    for a, b in _overlapping(left, right):
        order = rank(left[a], right[b])
        if order is not None:
            common = min(left[a].end, right[b].end) - max(left[a].start, right[b].start)
            first, second = sorted((left[a], right[b]))
            ranked.append((order, -common, first, second, a, b))
    free_left, free_right, found = set(range(len(left))), set(range(len(right))), []
    for *_, a, b in sorted(ranked):
        if a in free_left and b in free_right:
            free_left.remove(a)
            free_right.remove(b)
            found.append((a, b))
    return found


def disagreements(left: Sequence[MarkedSpan], right: Sequence[MarkedSpan]) -> list[Disagreement]:
    """Every entity on which the versions differ, in order of the text; empty when they are the same."""
    if sorted(left) == sorted(right):
        return []
    pairs = matches(left, right, _closeness)
    alone_left = set(range(len(left))) - {a for a, _ in pairs}
    alone_right = set(range(len(right))) - {b for _, b in pairs}
    found = [Disagreement(kind, left[a], right[b]) for a, b in pairs if (kind := _kind(left[a], right[b]))]
    found += [Disagreement(Kind.ONLY_LEFT, left[a], None) for a in alone_left]
    found += [Disagreement(Kind.ONLY_RIGHT, None, right[b]) for b in alone_right]
    return sorted(found, key=lambda one: (min(one.spans), one.kind))


def differences(left: Sequence[MarkedSpan], right: Sequence[MarkedSpan]) -> tuple[list[MarkedSpan], list[Difference]]:
    """What both versions have, and the differences in order of the text.

    Disagreements whose spans overlap are one difference: whichever side is taken, what is taken fits together.
    """
    found = disagreements(left, right)
    at_issue = {one.left for one in found}
    agreed = sorted(span for span in left if span not in at_issue)
    groups: list[list[Disagreement]] = []
    reach = -1
    for one in found:
        if min(one.spans).start >= reach:
            groups.append([])
        groups[-1].append(one)
        reach = max(reach, *(span.end for span in one.spans))
    return agreed, [_difference(group) for group in groups]


def result(
    agreed: Iterable[MarkedSpan], found: Iterable[Difference], choices: Iterable[Choice | None]
) -> list[MarkedSpan]:
    """The spans that choices, one a difference, come to. Raises ValueError when there are more or fewer."""
    taken = [difference.taken(choice) for difference, choice in zip(found, choices, strict=True)]
    return sorted([*agreed, *(span for spans in taken for span in spans)])


def choices_in(spans: Sequence[MarkedSpan], found: Iterable[Difference]) -> list[Choice | None]:
    """The choice that each difference has in `spans`; None where somebody wrote something else."""
    there = set(spans)
    return [_choice_in(there, difference) for difference in found]


def reasons(notes: Iterable[tuple[int, Sequence[Disagreement]]]) -> list[Reason]:
    """Kinds and labels of disagreements over notes ``(id, disagreements)``, the most frequent first."""
    places: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
    for note, found in notes:
        for one in found:
            missing = one.kind in (Kind.ONLY_LEFT, Kind.ONLY_RIGHT)
            places["missing" if missing else one.kind.value, one.labels].append(note)
    total = sum(map(len, places.values()))
    rows = [
        Reason(kind, labels, len(where), len(where) / total, tuple(dict.fromkeys(where))[:EXAMPLES])
        for (kind, labels), where in places.items()
    ]
    return sorted(rows, key=lambda row: (-row.times, row.kind, row.labels))


def _choice_in(there: set[MarkedSpan], difference: Difference) -> Choice | None:
    has = there.intersection(difference.left + difference.right)
    return next((choice for choice in Choice if has == set(difference.taken(choice))), None)


def _difference(group: Sequence[Disagreement]) -> Difference:
    left = tuple(sorted(one.left for one in group if one.left))
    right = tuple(sorted(one.right for one in group if one.right))
    return Difference(left, right, tuple(group))


def _overlapping(left: Sequence[MarkedSpan], right: Sequence[MarkedSpan]) -> Iterator[tuple[int, int]]:
    rows = sorted([(s.start, 0, i) for i, s in enumerate(left)] + [(s.start, 1, i) for i, s in enumerate(right)])
    sides = (left, right)
    still: tuple[list[int], list[int]] = ([], [])
    for start, side, index in rows:
        other = 1 - side
        still[other][:] = [i for i in still[other] if sides[other][i].end > start][-DEEPEST:]
        yield from (((index, i) if side == 0 else (i, index)) for i in still[other])
        still[side].append(index)


def _closeness(left: MarkedSpan, right: MarkedSpan) -> int:
    if left.span == right.span:
        return 0
    if (left.start, left.end) == (right.start, right.end):
        return 1
    return 2 if left.label == right.label else 3


def _kind(left: MarkedSpan, right: MarkedSpan) -> Kind | None:
    kinds = (None if left == right else Kind.ATTRIBUTES, Kind.LABEL, Kind.BOUNDARY, Kind.BOTH)
    return kinds[_closeness(left, right)]
