"""What clinicians said of a candidate beside its rival: the judgement of each note, and of the whole test.

A note counts once, however many looked at it: those who look at one note are no independent trials. No Django in here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from training.statistics import wilson


class Word(StrEnum):
    """What was said of the candidate on a note. SPLIT: as many for it as against it."""

    BETTER = "better"
    WORSE = "worse"
    BOTH = "both"
    NEITHER = "neither"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Judged:
    """A note of the test: whether candidate and rival differ on it, and what each rater said of the candidate."""

    note_id: int
    differs: bool
    words: Sequence[Word]

    @property
    def word(self) -> Word:
        count = Counter(self.words)
        balance = count[Word.BETTER] - count[Word.WORSE]
        if balance:
            return Word.BETTER if balance > 0 else Word.WORSE
        if count[Word.BETTER]:
            return Word.SPLIT
        return Word.NEITHER if count[Word.NEITHER] > count[Word.BOTH] else Word.BOTH

    @property
    def unanimous(self) -> bool:
        return len(set(self.words)) == 1


@dataclass(frozen=True, slots=True)
class Shares:
    """Counts of notes by what was said; ``low`` and ``high``: 95 % interval of the share on which it is worse."""

    name: str
    notes: int
    better: int
    worse: int
    both: int
    neither: int
    split: int
    share_worse: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Result:
    """``parts``: all notes, those on which the two differ, those on which they agree; empty ones are left out."""

    parts: Sequence[Shares]
    limit: float
    lost: Sequence[int]
    agreed: int

    @property
    def passed(self) -> bool:
        return self.parts[0].share_worse <= self.limit

    @property
    def sentence(self) -> str:
        every = self.parts[0]
        said = f"Worse on {every.worse} of {every.notes} notes ({100 * every.share_worse:.0f} %"
        said += (
            f", 95 % interval {100 * every.low:.0f} to {100 * every.high:.0f} %); {100 * self.limit:.0f} % is allowed."
        )
        if every.low > self.limit:
            return f"{said} That is more, beyond chance."
        if not self.passed:
            return f"{said} That is more, though so few notes leave room for chance."
        if every.high <= self.limit:
            return f"{said} That is less, beyond chance."
        return f"{said} That is within it, though so few notes can't rule out more."

    def to_json(self) -> dict[str, Any]:
        parts = [part.to_json() for part in self.parts]
        return {"parts": parts, "limit": self.limit, "lost": list(self.lost), "agreed": self.agreed}


def word_of(verdict: str, *, swapped: bool) -> Word:
    """What ``left``, ``right``, ``both`` or ``neither`` says of the candidate, which `swapped` puts on the right."""
    if verdict in ("left", "right"):
        return Word.BETTER if (verdict == "right") == swapped else Word.WORSE
    return Word(verdict)


def result_of(rows: Sequence[Judged], *, limit: float) -> Result:
    """The result of a test whose notes are all judged. Raises ValueError without any."""
    if not rows:
        raise ValueError("The test has no judged note; rate some first.")
    parts = [("All notes", rows)]
    parts += [("The two differ", [row for row in rows if row.differs])]
    parts += [("The two agree", [row for row in rows if not row.differs])]
    lost = [row.note_id for row in rows if row.word == Word.WORSE]
    agreed = sum(row.unanimous for row in rows)
    return Result([_shares(name, some) for name, some in parts if some], limit, lost, agreed)


def _shares(name: str, rows: Sequence[Judged]) -> Shares:
    count = Counter(row.word for row in rows)
    worse, notes = count[Word.WORSE], len(rows)
    interval = wilson(worse, notes)
    return Shares(
        name,
        notes,
        count[Word.BETTER],
        worse,
        count[Word.BOTH],
        count[Word.NEITHER],
        count[Word.SPLIT],
        worse / notes,
        interval.low,
        interval.high,
    )
