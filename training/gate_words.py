"""Figures as people read them, and the notes to look at first. No Django in here."""

from __future__ import annotations

from collections.abc import Sequence

from annotation.spans import Counts
from training.comparison import NoteScore

# As many as somebody looks through.
SHOWN = 20


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def points(share: float, *, sign: bool = True) -> str:
    """A difference of shares in percentage points."""
    value = round(100 * share, 1) + 0.0  # no "-0.0"
    return f"{value:{'+' if sign else ''}.1f} point{'' if abs(value) == 1 else 's'}"


def errors(counts: Counts) -> int:
    return counts.fp + counts.fn


def most_errors(scores: Sequence[NoteScore]) -> list[int]:
    """Ids of the notes with most errors, the worst first."""
    return _worst([(errors(note.counts), note.note_id) for note in scores])


def most_lost(candidate: Sequence[NoteScore], champion: Sequence[NoteScore]) -> list[int]:
    """Ids of the notes on which the candidate makes most errors more than the champion, the worst first."""
    pairs = zip(candidate, champion, strict=True)
    return _worst([(errors(one.counts) - errors(other.counts), one.note_id) for one, other in pairs])


def _worst(rows: Sequence[tuple[int, int]]) -> list[int]:
    return [note for more, note in sorted(rows, key=lambda row: (-row[0], row[1])) if more > 0][:SHOWN]
