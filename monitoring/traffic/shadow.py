"""What a shadow has shown: how often it agrees with the champion, and the notes on which it does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from annotation.bootstrap import Interval
from annotation.spans import Counts
from training.likeness import Likeness
from training.models import Rollout
from training.shadow_notes import Pair, newest_pairs
from training.statistics import f1_interval, wilson

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over all notes: ``same`` share of notes with the same entities, ``f1`` of the entities, each with its interval.

    The interval of F1 is of the newest pairs: the sums alone don't tell how it spreads over notes.
    """

    notes: int
    same: float
    same_interval: Interval
    f1: float | None
    f1_interval: Interval | None


@dataclass(frozen=True, slots=True)
class LabelRow:
    """Of the newest pairs: what only one of the two found under a label."""

    label: str
    own: int
    usual: int
    notes: int


def agreement_of(rollout: Rollout, pairs: list[Pair]) -> Agreement | None:
    """None before the first pair."""
    whole = Likeness.read(rollout.pairs)
    if not whole.notes:
        return None
    each = [Counts(p.likeness.both, p.likeness.one, p.likeness.other) for p in pairs]
    interval = f1_interval(each, resamples=400) if len(each) > 1 and whole.agreement is not None else None
    same = whole.same / whole.notes
    return Agreement(whole.notes, same, wilson(whole.same, whole.notes), whole.agreement, interval)


def labels_of(pairs: list[Pair]) -> list[LabelRow]:
    own, usual, notes = Counter[str](), Counter[str](), Counter[str]()
    for pair in pairs:
        own.update(pair.own)
        usual.update(pair.usual)
        notes.update(pair.labels)
    return [LabelRow(label, own[label], usual[label], notes[label]) for label in sorted(notes)]


def shown_of(rollout: Rollout, label: str) -> dict[str, Any]:
    """For the page: of `label` alone when one is chosen."""
    pairs = newest_pairs(rollout)
    rows = labels_of(pairs)
    chosen = label if label in {row.label for row in rows} else ""
    apart = [pair for pair in pairs if not pair.likeness.same and (not chosen or chosen in pair.labels)]
    return {
        "agreement": agreement_of(rollout, pairs),
        "labels": rows,
        "label": chosen,
        "differ": [told(pair) for pair in apart[:SHOWN]],
        "differing": len({pair.note_id for pair in apart}),
        "looked_at": len(pairs),
        "skipped": rollout.pairs.get("skipped", 0),
        "failed": rollout.pairs.get("failed", 0),
    }


def told(pair: Pair) -> dict[str, Any]:
    return {"note_id": pair.note_id, "at": pair.at, "own": _words(pair.own), "usual": _words(pair.usual)}


def _words(found: Counter[str]) -> str:
    return ", ".join(f"{count} {label}" for label, count in sorted(found.items())) or "–"
