"""Words of a text for columns of tokens, and how spans fall on them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from annotation.formats.exported import Exported, Written

CUT = "A token was cut in two where a span begins or ends within it."
# Signs that stand alone, written out: \w would part Devanagari's vowel signs and the joiners of emoji from their word.
_SIGN = "!-/:-@\\[-`{-~¡-¿\u0964\u0965\u2010-\u2027\u2030-\u205e\u3001-\u3011\uff01-\uff0f"
_WORD = re.compile(rf"[0-9]+(?:[.,/:-][0-9]+)*|[^\s{_SIGN}]+|[{_SIGN}]")


def words(text: str) -> list[tuple[int, int]]:
    """Start and end of each word, number or sign of `text`; what lies between is white space."""
    return [found.span() for found in _WORD.finditer(text)]


def cut_at_spans(places: Iterable[tuple[int, int]], row: Exported, written: Written) -> list[tuple[int, int]]:
    """`places` parted where a span of `row` begins or ends, each cut accounted for."""
    edges = sorted({edge for span in row.spans or () for edge in (span.start, span.end)})
    if not edges:
        return list(places)
    parted: list[tuple[int, int]] = []
    at = 0
    for start, end in places:
        while at < len(edges) and edges[at] <= start:
            at += 1
        while at < len(edges) and edges[at] < end:
            written.lose(CUT, row, start, end)
            parted.append((start, edges[at]))
            start = edges[at]  # noqa: PLW2901
            at += 1
        parted.append((start, end))
    return parted
