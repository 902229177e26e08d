"""The quality report of a dataset in plain words: each check with its count and the notes to look at. No Django."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SHOWN = 20
FINE, TOLD, LOOK, BLOCKS = "fine", "told", "look", "blocks"
EDGES = {
    "outside": "outside the text",
    "white_space": "white space at an edge",
    "cut_token": "an edge inside a word",
    "overlap": "overlaps another entity",
}
SPLITS = {"train": "training", "dev": "calibration", "test": "test"}
# A label is hardly learned from fewer; a label so many times rarer than another disappears in the overall score.
FEW, UNEVEN = 50, 20


@dataclass(frozen=True, slots=True)
class Line:
    """Notes that belong together, and what is said of them."""

    notes: Sequence[int]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A check. `level` is fine, told (a figure neither good nor bad), look or blocks; `more` lines are not shown."""

    title: str
    level: str
    sentence: str
    lines: Sequence[Line] = field(default_factory=list)
    more: int = 0


def findings(quality: Mapping[str, Any], *, hidden: Collection[int] = (), trains: bool = True) -> list[Finding]:
    """What each check found, the worst first. `hidden` notes are named nowhere that says how they are marked.

    `trains` is False for a test set, of which nothing is learned.
    """
    found = [*_doubles(quality), *_marks(quality, hidden)]
    if trains:
        found = [*_leaks(quality), *found, _balance(quality), *_unseen(quality)]
    order = [BLOCKS, LOOK, TOLD, FINE]
    return sorted(found, key=lambda finding: order.index(finding.level))


def notes_named(quality: Mapping[str, Any]) -> set[int]:
    """The notes that a finding about marks may name."""
    ids = {note for group in quality["duplicates"]["contradictory"] for note in group}
    ids |= {note for part in quality["conflicts"].values() for note in part["notes"]}
    return ids | {span["note"] for span in quality["edges"]["spans"]}


def _finding(title: str, count: int, bad: str, fine: str, lines: Iterable[Line], level: str = LOOK) -> Finding:
    if not count:
        return Finding(title, FINE, fine)
    kept = list(lines)
    return Finding(title, level, bad, kept[:SHOWN], max(0, len(kept) - SHOWN))


def _leaks(quality: Mapping[str, Any]) -> Iterator[Finding]:
    kinds = {"text": "the same text", "patient": "the same patient"}
    for later, level in (("test", BLOCKS), ("dev", LOOK)):
        for kind, words in kinds.items():
            part = quality["leakage"][later][kind]
            name = SPLITS[later]
            yield _finding(
                f"Leakage into {name}: {words}",
                part["count"],
                f"{_many(part['count'], f'{name} note has', f'{name} notes have')} {words} as a note that is learned"
                " from: a model looks better on what it has seen than it is.",
                f"No {name} note has {words} as a note that is learned from.",
                (Line(pair) for pair in part["pairs"]),
                level,
            )


def _doubles(quality: Mapping[str, Any]) -> Iterator[Finding]:
    exact, near = quality["duplicates"], quality["near_duplicates"]
    yield _finding(
        "Exact duplicates",
        exact["count"],
        f"{_many(exact['count'], 'note repeats', 'notes repeat')} the words of another: they count twice.",
        "No two notes have the same words.",
        (Line(group) for group in exact["groups"]),
    )
    across = f"; {near['across']:,} of them in different splits" if near["across"] else ""
    yield _finding(
        "Near duplicates",
        near["count"],
        f"{_many(near['count'], 'pair of notes is', 'pairs of notes are')} nearly the same text{across}.",
        "No two notes are nearly the same text.",
        (
            Line(pair["notes"], f"{_percent(pair['alike'])} alike{', different splits' if pair['across'] else ''}")
            for pair in near["pairs"]
        ),
    )


def _marks(quality: Mapping[str, Any], hidden: Collection[int]) -> Iterator[Finding]:
    against, conflicts = quality["duplicates"]["contradictory"], quality["conflicts"]
    yield _finding(
        "Same text, marked differently",
        len(against),
        f"{_many(len(against), 'text is', 'texts are')} there more than once and not marked alike: settle it.",
        "Notes of the same text are marked alike.",
        (Line(group) for group in against if not set(group) & set(hidden)),
    )
    two, half = conflicts["two_labels"], conflicts["half_marked"]
    yield _finding(
        "One surface, two labels",
        two["count"],
        f"{_many(two['count'], 'surface is', 'surfaces are')} marked with more than one label.",
        "Each surface has one label wherever it is marked.",
        (Line([note]) for note in two["notes"] if note not in hidden),
    )
    yield _finding(
        "Marked in some places only",
        half["count"],
        f"{_many(half['count'], 'surface is', 'surfaces are')} marked in one place and left unmarked in another.",
        "What is marked once is marked wherever it stands.",
        (Line([note]) for note in half["notes"] if note not in hidden),
    )
    yield _edges(quality["edges"], hidden)


def _edges(edges: Mapping[str, Any], hidden: Collection[int]) -> Finding:
    total = sum(edges["counts"].values())
    kinds = ", ".join(f"{count:,} with {EDGES[kind]}" for kind, count in edges["counts"].items() if count)
    return _finding(
        "Edges of entities",
        total,
        f"{_many(total, 'entity has', 'entities have')} an edge to correct: {kinds}.",
        "No entity lies outside its text, cuts a word, starts or ends in white space, or overlaps another.",
        (
            Line([span["note"]], f"{span['label']} at {span['start']} to {span['end']}: {EDGES[span['kind']]}")
            for span in edges["spans"]
            if span["note"] not in hidden
        ),
    )


def _balance(quality: Mapping[str, Any]) -> Finding:
    shares, ratio = quality["imbalance"]["shares"], quality["imbalance"]["ratio"]
    entities = quality["splits"].get("train", {}).get("entities", {})
    few = [label for label in shares if entities.get(label, 0) < FEW]
    told = ", ".join(f"{label} {_percent(share)}" for label, share in sorted(shares.items(), key=lambda pair: -pair[1]))
    sentence = f"Of the entities to learn from: {told}."
    if few:
        sentence += f" Fewer than {FEW} of {', '.join(few)}: a label is hardly learned from so few."
    elif ratio and ratio > UNEVEN:
        sentence += f" The most frequent label is {ratio:.0f} times as frequent as the rarest; look at it by itself."
    return Finding("Balance of the labels", LOOK if few or (ratio and ratio > UNEVEN) else TOLD, sentence)


def _unseen(quality: Mapping[str, Any]) -> Iterator[Finding]:
    for split, part in quality["unseen"].items():
        yield Finding(
            f"Never seen in training: {SPLITS[split]}",
            TOLD,
            f"{_percent(part['mentions'])} of the {SPLITS[split]} mentions and {_percent(part['surfaces'])} of their"
            " distinct surfaces are nowhere in training: what a dictionary could not know.",
        )


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
