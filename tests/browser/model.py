"""What the annotator's edits mean, in Python: spans over a text in code points, and the units that edges may touch.

Written from the rules, not from the script: an edge moves to the next edge of a unit, a stretch widens to whole words,
what is added takes the place of what it clashes with, undo goes back one step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from annotation.spans import MarkedSpan

Edit = tuple[str | int, ...]


class Unit(NamedTuple):
    start: int
    end: int


def overlap(a: MarkedSpan | Unit, b: MarkedSpan | Unit) -> bool:
    return a.start < b.end and b.start < a.end


def holds(outer: MarkedSpan | Unit, inner: MarkedSpan | Unit) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


@dataclass
class Model:
    text: str
    words: Sequence[Unit]
    characters: Sequence[Unit]
    nested: bool
    spans: list[MarkedSpan] = field(default_factory=list)
    past: list[list[MarkedSpan]] = field(default_factory=list)
    future: list[list[MarkedSpan]] = field(default_factory=list)

    def do(self, edit: Edit) -> None:
        """One edit: its name, what it acts on, and more."""
        name, *given = edit
        act: Callable[..., None] = getattr(self, str(name))
        act(*given)

    # What an edit acts on: the n-th span, or words.
    def nth(self, n: int) -> MarkedSpan | None:
        return self.spans[n % len(self.spans)] if self.spans else None

    def stretch(self, start: int, end: int) -> MarkedSpan | Unit | None:
        """Whole words; when these are exactly a span, the span."""
        touched = [word for word in self.words if overlap(word, Unit(start, end))]
        if not touched:
            return None
        whole = Unit(touched[0].start, touched[-1].end)
        return next((span for span in self.spans if span[:2] == whole), whole)

    # Edits
    def label(self, n: int, label: str) -> None:
        if old := self.nth(n):
            self.replace(old, old._replace(label=label))

    def add(self, start: int, end: int, label: str) -> None:
        found = self.stretch(start, end)
        if isinstance(found, MarkedSpan):
            self.replace(found, found._replace(label=label))
        elif found:
            new = MarkedSpan(*found, label)
            self.become([*(span for span in self.spans if not self.clash(span, new)), new])

    def remove(self, n: int) -> None:
        if old := self.nth(n):
            self.become([span for span in self.spans if span != old])

    def clear(self, start: int, end: int) -> None:
        """Remove all that words touch."""
        found = self.stretch(start, end)
        doomed = [found] if isinstance(found, MarkedSpan) else [s for s in self.spans if found and overlap(s, found)]
        if doomed:
            self.become([span for span in self.spans if span not in doomed])

    def edge(self, n: int, side: str, step: int, by: str) -> None:
        if not (old := self.nth(n)):
            return
        here: int = getattr(old, side)
        edges = [getattr(unit, side) for unit in self.units(by)]
        beyond = [edge for edge in edges if (edge > here if step > 0 else edge < here)]
        if beyond:
            self.move(old, side, min(beyond) if step > 0 else max(beyond))

    def drag(self, n: int, side: str, offset: int, by: str) -> None:
        """An edge goes to the nearest of the edges around an offset, but not past a neighbour."""
        if not (old := self.nth(n)):
            return
        low = max([0, *(s.end for s in self.spans if s.end <= old.start)])
        high = min([len(self.text), *(s.start for s in self.spans if s.start >= old.end)])
        wanted = offset if self.nested else max(low, min(high, offset))
        units = self.units(by)
        at = next((i for i, unit in enumerate(units) if unit.end >= wanted), len(units))
        edges = [getattr(unit, side) for unit in units[max(0, at - 1) : at + 2]]
        fitting = [edge for edge in edges if self.fits(old, old._replace(**{side: edge}))]
        if fitting:
            self.move(old, side, min(fitting, key=lambda edge: self.distance(edge, wanted)))

    def negated(self, n: int) -> None:
        if old := self.nth(n):
            self.replace(old, old._replace(assertion=() if old.assertion else ("negated",)))

    def all(self, n: int) -> None:
        """Every other place with the same words, in any case, that nothing touches."""
        if not (old := self.nth(n)):
            return
        first = next((i for i, word in enumerate(self.words) if word.start == old.start), None)
        last = next((i for i, word in enumerate(self.words) if word.end == old.end), None)
        if first is None or last is None:
            return
        size, at, added = last - first + 1, 0, []
        while at + size <= len(self.words):
            if self.read(at, size) != self.read(first, size):
                at += 1
                continue
            place = Unit(self.words[at].start, self.words[at + size - 1].end)
            if not any(overlap(span, place) for span in self.spans):
                added.append(MarkedSpan(*place, old.label))
            at += size
        if added:
            self.become([*self.spans, *added])

    def undo(self) -> None:
        if self.past:
            self.future.append(self.spans)
            self.spans = self.past.pop()

    def redo(self) -> None:
        if self.future:
            self.past.append(self.spans)
            self.spans = self.future.pop()

    # Rules
    def units(self, by: str) -> Sequence[Unit]:
        return self.words if by == "token" else self.characters

    def read(self, at: int, size: int) -> list[tuple[str, bool]]:
        """Words in small letters, and whether each touches the next."""
        words = self.words[at : at + size]
        after = [*words[1:], Unit(-1, -1)]
        return [(self.text[a.start : a.end].lower(), a.end == b.start) for a, b in zip(words, after, strict=True)]

    def distance(self, a: int, b: int) -> int:
        """Between two offsets, in UTF-16 units as the page counts."""
        return len(self.text[min(a, b) : max(a, b)].encode("utf-16-le"))

    def clash(self, a: MarkedSpan, b: MarkedSpan) -> bool:
        if not overlap(a, b):
            return False
        return not self.nested or a[:2] == b[:2] or not (holds(a, b) or holds(b, a))

    def fits(self, old: MarkedSpan, new: MarkedSpan) -> bool:
        return new.start < new.end and not any(self.clash(span, new) for span in self.spans if span != old)

    def move(self, old: MarkedSpan, side: str, edge: int) -> None:
        new = old._replace(**{side: edge})
        if self.fits(old, new):
            self.replace(old, new)

    def replace(self, old: MarkedSpan, new: MarkedSpan) -> None:
        if new != old:
            self.become([new if span == old else span for span in self.spans])

    def become(self, spans: list[MarkedSpan]) -> None:
        self.past.append(self.spans)
        self.future = []
        self.spans = sorted(spans, key=lambda span: (span.start, -span.end))
