"""What the report reads, and how it says where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from annotation.spans import Span

# Called with the work done and the work there is; what it raises ends the report.
OnProgress = Callable[[int, int], None]
TRAIN, DEV, TEST = "train", "dev", "test"
# As many ids or findings as a report lists; what it counts is all of them.
LISTED = 200
EVERY = 16


def counted(count: int, one: str, many: str) -> str:
    """The number with its words: `one` for 1, `many` for all others."""
    return f"{count:,} {one if count == 1 else many}"


@dataclass(frozen=True, slots=True)
class Row:
    """A note of a dataset with its gold. ``patient`` is a key of the patient, empty when the note names none."""

    note_id: int
    split: str
    text: str
    spans: Sequence[Span]
    patient: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)


class Meter:
    """Counts steps of `total` and reports them to `on_progress` every EVERY steps, and at the end of each pass."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self.total, self.done = total, 0
        self.on_progress = on_progress or (lambda done, total: None)

    def over(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, each counted once it has been dealt with."""
        for row in rows:
            yield row
            self.tick()
        self.on_progress(self.done, self.total)

    def tick(self) -> None:
        self.done += 1
        if self.done % EVERY == 0:
            self.on_progress(self.done, self.total)
