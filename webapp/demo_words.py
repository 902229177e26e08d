"""A list of words: what suggests entities to a team that has no model yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from annotation.spans import ScoredSpan, Span


def word_list(notes: Iterable[tuple[str, Sequence[Span]]]) -> dict[str, str]:
    """The mentions of notes with gold, in lower case, and their labels: what a team has before it has a model."""
    return {text[s.start : s.end].casefold(): s.label for text, spans in notes for s in spans}


def look_up(words: Mapping[str, str], text: str) -> list[ScoredSpan]:
    """Where `text` has terms of the list, the longest first; short ones are less sure."""
    terms = sorted(words, key=len, reverse=True)
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, terms)) + r")(?!\w)", re.IGNORECASE)
    found = []
    for match in pattern.finditer(text) if words else ():
        label = words.get(match[0].casefold())
        if label:
            found.append(ScoredSpan(match.start(), match.end(), label, min(0.97, 0.5 + 0.05 * len(match[0]))))
    return found
