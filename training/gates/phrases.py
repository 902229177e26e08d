"""The phrases of a behaviour case and where they stand in its text. No Django in here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from annotation.spans import Span

# Of a case that must not be found: whatever the label.
ANY = ""


class PhraseError(ValueError):
    """A phrase can't be placed. The message gives its number, never its words."""


class Phrase(NamedTuple):
    """Words as they stand in the text, and the label that they must, or must not, get."""

    words: str
    label: str


def spans_of(text: str, phrases: Iterable[Phrase], labels: Collection[str]) -> list[Span]:
    """Every place of each phrase, in order, in code points. Raises PhraseError for one that is not in the text."""
    found: dict[Span, None] = {}
    for number, phrase in enumerate(phrases, 1):
        if phrase.label not in labels:
            raise PhraseError(
                f"Phrase {number} has no label of this project; choose {' or '.join(filter(None, labels))}."
            )
        there = places(text, phrase.words)
        if not there:
            raise PhraseError(f"Phrase {number} does not stand in the text so, word for word; copy it from there.")
        found |= dict.fromkeys(Span(start, end, phrase.label) for start, end in there)
    return sorted(found)


def places(text: str, words: str) -> list[tuple[int, int]]:
    """Where `words` stand in the text as whole words; small and capital letters differ."""
    words = words.strip()
    if not words:
        return []
    before = r"(?<!\w)" if words[0].isalnum() else ""
    after = r"(?!\w)" if words[-1].isalnum() else ""
    return [match.span() for match in re.finditer(before + re.escape(words) + after, text)]


def phrases_of(text: str, spans: Sequence[Span]) -> list[Phrase]:
    """The phrases that :func:`spans_of` makes these spans of, each once."""
    return list(dict.fromkeys(Phrase(text[span.start : span.end], span.label) for span in spans))


def touches(found: Span, unwanted: Span) -> bool:
    """Whether an entity has any character of a phrase that must not be found, under its label or under any."""
    same = unwanted.label in (ANY, found.label)
    return same and found.start < unwanted.end and unwanted.start < found.end
