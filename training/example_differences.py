"""The notes on which a candidate and the champion differ, and how, most telling first: offsets only, no words.

For each entity of the gold, and each found entity that is none, it is said what either model did. What both do alike,
right or wrong, is no difference. No Django in here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from annotation.disagreements import Kind, disagreements
from annotation.spans import MarkedSpan, Span

# Both wrong, only differently: half as telling as right against wrong.
CHANGED_WEIGHT = 0.5


class Error(StrEnum):
    """What a model got wrong about an entity. Wrong edges and wrong label together count as a wrong label."""

    MISSED = "missed"
    SPURIOUS = "spurious"
    BOUNDARY = "boundary"
    LABEL = "label"


ERRORS = {
    Kind.ONLY_LEFT: Error.MISSED,
    Kind.ONLY_RIGHT: Error.SPURIOUS,
    Kind.BOUNDARY: Error.BOUNDARY,
    Kind.LABEL: Error.LABEL,
    Kind.BOTH: Error.LABEL,
}


class Outcome(StrEnum):
    """What the candidate does to the champion's work on an entity."""

    FIXED = "fixed"
    BROKEN = "broken"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class NoteSpans:
    """A note's gold and what either model finds in it."""

    note_id: int
    gold: Sequence[Span]
    candidate: Sequence[Span]
    champion: Sequence[Span]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What one model made of an entity: the error and the span that it found, if any."""

    error: Error
    found: Span | None

    def to_json(self) -> dict[str, Any]:
        return {"error": self.error.value, "found": self.found.to_json() if self.found else None}


@dataclass(frozen=True, slots=True)
class Change:
    """One entity on which the models differ. ``gold`` is None for a spurious one; None for a mistake: it was right."""

    outcome: Outcome
    gold: Span | None
    candidate: Mistake | None
    champion: Mistake | None

    @property
    def error(self) -> Error:
        """The candidate's, or the one that it fixed."""
        mistake = self.candidate or self.champion
        assert mistake is not None  # noqa: S101
        return mistake.error

    @property
    def at(self) -> Span:
        found = [mistake.found for mistake in (self.candidate, self.champion) if mistake and mistake.found]
        return self.gold or found[0]

    def to_json(self) -> dict[str, Any]:
        """``error``, ``outcome`` and the spans with offsets in code points."""
        return {
            "outcome": self.outcome.value,
            "error": self.error.value,
            "gold": self.gold.to_json() if self.gold else None,
            "candidate": self.candidate.to_json() if self.candidate else None,
            "champion": self.champion.to_json() if self.champion else None,
        }


@dataclass(frozen=True, slots=True)
class NoteDifference:
    """A note and its changes in order of the text; there is at least one."""

    note_id: int
    changes: Sequence[Change]

    def count(self, outcome: Outcome) -> int:
        return sum(change.outcome == outcome for change in self.changes)

    @property
    def weight(self) -> float:
        return sum(CHANGED_WEIGHT if change.outcome == Outcome.CHANGED else 1.0 for change in self.changes)

    def to_json(self) -> dict[str, Any]:
        counts = {outcome.value: self.count(outcome) for outcome in Outcome}
        return {"note": self.note_id, **counts, "changes": [change.to_json() for change in self.changes]}


def example_differences(notes: Iterable[NoteSpans], *, labels: Collection[str] | None = None) -> list[NoteDifference]:
    """The notes on which the models differ: most entities right in one and wrong in the other first, then most broken.

    Only spans of `labels` count, as in the scores; None: all.
    """
    found = [NoteDifference(note.note_id, _changes(_of(note, labels))) for note in notes]
    telling = [note for note in found if note.changes]
    return sorted(telling, key=lambda note: (-note.weight, -note.count(Outcome.BROKEN), note.note_id))


def summary(differences: Iterable[NoteDifference]) -> dict[str, dict[str, int]]:
    """How many entities, by outcome and then by kind of error; each of both is there, zero or not."""
    counts = Counter((change.outcome, change.error) for note in differences for change in note.changes)
    return {outcome.value: {error.value: counts[outcome, error] for error in Error} for outcome in Outcome}


def _of(note: NoteSpans, labels: Collection[str] | None) -> NoteSpans:
    if labels is None:
        return note
    sides = ([s for s in spans if s.label in labels] for spans in (note.gold, note.candidate, note.champion))
    return NoteSpans(note.note_id, *sides)


def _changes(note: NoteSpans) -> list[Change]:
    if sorted(note.candidate) == sorted(note.champion):
        return []
    candidate, champion = _mistakes(note.gold, note.candidate), _mistakes(note.gold, note.champion)
    found = [
        Change(_outcome(new, old), key[0], new, old)
        for key in candidate.keys() | champion.keys()
        if (new := candidate.get(key)) != (old := champion.get(key))
    ]
    return sorted(found, key=lambda change: (change.at, change.outcome, change.error))


def _mistakes(gold: Sequence[Span], found: Sequence[Span]) -> dict[tuple[Span | None, Span | None], Mistake]:
    """By the entity of the gold; by the span that was found where it is none."""
    sides = ([MarkedSpan(*span) for span in sorted(set(spans))] for spans in (gold, found))
    mistakes = {}
    for one in disagreements(*sides):
        right, wrong = (side.span if side else None for side in (one.left, one.right))
        mistakes[right, None if right else wrong] = Mistake(ERRORS[one.kind], wrong)
    return mistakes


def _outcome(new: Mistake | None, old: Mistake | None) -> Outcome:
    if new is None:
        return Outcome.FIXED
    return Outcome.BROKEN if old is None else Outcome.CHANGED
