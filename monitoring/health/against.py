"""What the page can hold windows against: the champion's first healthy ones, its training data, or last year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.drift import NoteRow
from monitoring.drift.evidence import FEWEST
from monitoring.models import Window
from monitoring.windows.due import Stretch
from monitoring.windows.measuring import reference_notes
from monitoring.windows.references import TRAINING, YEAR, a_year_before, held_out, kept_training, last_year
from monitoring.windows.rows import DRIFT


@dataclass(frozen=True, slots=True)
class Against:
    """`name` in an address, none for what levels rest on; `metric` of the measurements; `lead` of the section."""

    name: str
    title: str
    metric: str
    lead: str


_ONE = "1 is where the difference is large enough to matter and larger than chance makes windows of this size."
HEALTHY = Against(
    "",
    "first healthy windows",
    DRIFT,
    "Each feature of the notes and of the answers, held against the champion's first healthy windows. 1 is where "
    "it warns: the difference is large enough to matter and larger than chance makes windows of this size. Two of "
    "three windows make a warning. What to do: a feature of the input says look, one of the answers says it may "
    "hurt; open it to see which notes.",
)
LAST_TRAINING = Against(
    "training",
    "training data",
    TRAINING,
    "Each feature of the notes and of the answers, held against notes of the champion's training snapshot that it did "
    f"not learn from. {_ONE} Whether texts can be told apart is not asked here. What to do: where a feature was far "
    "off from the first window on, the training data lack such notes; annotate some.",
)
LAST_YEAR = Against(
    "year",
    "same weeks last year",
    YEAR,
    "Each feature held against the windows of 52 weeks before, a week wider to either side. "
    f"{_ONE} Where another champion read those notes, what depends on the model is left out. Whether texts can be told "
    "apart is not asked here: those of last year may be erased. What to do: what differs from the first healthy "
    "windows and not from here may be the season.",
)
CHOICES = (HEALTHY, LAST_TRAINING, LAST_YEAR)


def against_of(asked: str) -> Against:
    """What is asked for in an address: the first healthy windows for whatever is no choice."""
    return next((one for one in CHOICES if one.name == asked), HEALTHY)


def notes_of(window: Window, against: Against) -> tuple[Sequence[int], Sequence[NoteRow]]:
    """Ids and rows of what the window is held against; none where there is nothing."""
    if against == HEALTHY:
        return reference_notes(window.model)
    held = kept_training(window.model) if against == LAST_TRAINING else last_year(window.model, Stretch.of(window))
    return (held.notes, held.rows) if held else ((), ())


def why_not(window: Window, against: Against) -> str:
    """Why the window was not held against it, in a sentence."""
    if window.notes_read < FEWEST:
        return f"Of the newest window {window.notes_read} notes could be read; {FEWEST} are needed to compare it."
    if against == HEALTHY:
        return "The newest window was not compared: its champion has no reference yet, which its first windows make."
    if against == LAST_TRAINING and not kept_training(window.model):
        held = len(held_out(window.model))
        if held < FEWEST:
            return (
                f"Version {window.model.number} did not learn from {held} notes of its training snapshot; {FEWEST} are "
                "needed to compare. A new version trained with more gold will have them."
            )
    if against == LAST_YEAR:
        rows, then = len(last_year(window.model, Stretch.of(window)).rows), a_year_before(Stretch.of(window))
        if rows < FEWEST:
            said = f"only {rows} notes that were read" if rows else "no windows a year ago"
            return f"From {then.start:%-d %b %Y} to {then.end:%-d %b %Y} there are {said}; {FEWEST} notes are needed."
    return "The newest window was not held against it; the next one will be."
