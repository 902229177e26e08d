"""Rows of the agreement page: who agrees with whom, how well, and on what they differ most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from annotation.actions import pairs
from annotation.actions.pairs import Pair
from annotation.agreement import NoteCounts, Scores, agreement, agreement_per_label, compare, tokens_of
from annotation.disagreements import Kind, Reason, disagreements, reasons
from annotation.guidelines import Section, section_for
from annotation.keys import pseudonym
from annotation.models import User

# Fewer notes say nothing: the interval would be as wide as the scale.
ENOUGH = 20
SHOWN_ROWS = 60
SHOWN_REASONS = 12
ALL = "all"
# Of Krippendorff, Content Analysis (2004), 11.4.2: what alpha allows to conclude.
RELIABLE, TENTATIVE = 0.8, 2 / 3
WORDS = {
    Kind.BOUNDARY: ("Edges differ", "Say where such an entity begins and ends, with an example of each."),
    Kind.LABEL: ("Label differs", "Say what tells the two labels apart, with an example of each."),
    Kind.BOTH: ("Edges and label differ", "Say what belongs to the one and what to the other."),
    Kind.ATTRIBUTES: ("Assertion or code differs", "Say when it is negated, possible, historical or of the family."),
    "missing": ("Only one of the two marked it", "Say what counts as one and what does not."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tables. `scores` are None below :data:`ENOUGH` notes."""

    key: str
    name: str
    notes: int
    scores: Scores | None

    @property
    def strict(self) -> dict[str, float | None] | None:
        """As the interval's drawing wants it."""
        figure = self.scores.strict if self.scores else None
        if figure is None or figure.value is None:
            return None
        return {"f1": figure.value, "low": figure.low, "high": figure.high}


class Counted(NamedTuple):
    """What the notes of each row add to its figures: all pairs, pairs of people, people against gold."""

    everything: list[NoteCounts]
    by_pair: dict[tuple[int, int], list[NoteCounts]]
    by_person: dict[int, list[NoteCounts]]


def count(found: Sequence[Pair]) -> Counted:
    """Compare the versions of each note with each other, and with its gold where there is one."""
    texts = pairs.texts([pair.note for pair in found])
    counted = Counted([], defaultdict(list), defaultdict(list))
    for pair in found:
        tokens = tokens_of(texts[pair.note])
        one = compare(tokens, pair.left.spans, pair.right.spans)
        counted.everything.append(one)
        counted.by_pair[pair.left.person, pair.right.person].append(one)
        for version in (pair.left, pair.right):
            if pair.gold is not None:
                counted.by_person[version.person].append(compare(tokens, version.spans, pair.gold))
    return counted


class People:
    """How people are called on the page: by name for those who look after the team, else "You" or a number."""

    def __init__(self, people: Iterable[int], *, viewer: User, named: bool) -> None:
        self.known = User.objects.in_bulk(set(people))
        # In an order that tells nobody who it is; the numbers stand in addresses too.
        order = sorted(self.known, key=lambda pk: pseudonym("agreement", str(pk)))
        self.numbers = {pk: number for number, pk in enumerate(order, 1)}
        self.viewer, self.named = viewer.pk, named

    def name(self, pk: int) -> str:
        if self.named:
            return str(self.known[pk])
        return "You" if pk == self.viewer else f"Person {self.numbers[pk]}"

    def key(self, *pks: int) -> str:
        return "-".join(str(number) for number in sorted(self.numbers[pk] for pk in pks))

    def names(self, *pks: int) -> str:
        return " and ".join(sorted((self.name(pk) for pk in pks), key=lambda name: (name != "You", name)))


class Tables:
    """The rows of all pairs together, of pairs, and of people against gold; those with most notes first."""

    def __init__(self, counted: Counted, people: People) -> None:
        pair_notes = {people.key(*pair): (people.names(*pair), notes) for pair, notes in counted.by_pair.items()}
        gold_notes = {people.key(one): (people.name(one), notes) for one, notes in counted.by_person.items()}
        self.notes = {ALL: ("All pairs", counted.everything), **pair_notes, **gold_notes}
        self.all = self._row(ALL)
        self.pairs = self._rows(pair_notes)
        self.people = self._rows(gold_notes)

    def _rows(self, keys: Iterable[str]) -> list[Row]:
        largest = sorted(keys, key=lambda key: (-len(self.notes[key][1]), self.notes[key][0]))
        return [self._row(key) for key in largest[:SHOWN_ROWS]]

    def _row(self, key: str) -> Row:
        name, notes = self.notes[key]
        return Row(key, name, len(notes), agreement(notes) if len(notes) >= ENOUGH else None)

    def shown(self, key: str) -> Row:
        """The row whose labels are asked for; all pairs when there is none such."""
        return next((row for row in (*self.pairs, *self.people) if row.key == key), self.all)

    def labels(self, key: str) -> list[Row]:
        """The row of this key, label by label; the notes are those that have the label."""
        found = agreement_per_label(self.notes[key][1])
        return [Row(label, label, one.notes, one if one.notes >= ENOUGH else None) for label, one in found.items()]


def reason_rows(found: Sequence[Pair], sections: Sequence[Section]) -> list[dict[str, Any]]:
    """The most frequent disagreements, with what to do about each and the section that could settle it.

    Examples are settled notes: the others are still to be decided blind, and their pages are closed.
    """
    settled = {pair.note for pair in found if pair.gold is not None}
    in_order = sorted(found, key=lambda pair: pair.note not in settled)
    told = reasons((pair.note, disagreements(pair.left.spans, pair.right.spans)) for pair in in_order)
    return [_reason(one, settled, sections) for one in told[:SHOWN_REASONS]]


def verdict(row: Row) -> tuple[str, str]:
    """A badge and its words for alpha: reliable only when the whole interval is."""
    alpha = row.scores.alpha if row.scores else None
    if alpha is None or alpha.value is None or alpha.low is None:
        return "", ""
    if alpha.low >= RELIABLE:
        return "valid", "Reliable"
    return ("pending_approval", "Tentative") if alpha.value >= TENTATIVE else ("failed", "Not reliable")


def _reason(one: Reason, settled: Collection[int], sections: Sequence[Section]) -> dict[str, Any]:
    what, todo = WORDS[one.kind]
    found = [section for label in one.labels if (section := section_for(label, sections))]
    return {
        "what": what,
        "todo": todo,
        "labels": " or ".join(one.labels),
        "times": one.times,
        "share": one.share,
        "notes": [note for note in one.notes if note in settled],
        "sections": list(dict.fromkeys(found)),
    }
