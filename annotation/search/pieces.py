"""Texts cut into pieces for a page: a snippet with the found words, a note with its entities. No Django in here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from annotation.search.question import Question
from annotation.search.words import mention, words
from annotation.spans import Span

SNIPPET = 160
# Characters before the first found word.
LEAD = 40


class Piece(NamedTuple):
    """A stretch of text, whether it was searched for, and the spans that cover it: the outermost first."""

    text: str
    found: bool = False
    spans: tuple[Span, ...] = ()
    closes: tuple[Span, ...] = ()


def snippet(text: str, question: Question, spans: Iterable[Span] = ()) -> list[Piece]:
    """About SNIPPET characters around what was found, else the beginning; one line, an ellipsis where it is cut."""
    hits = _hits(text, question, spans)
    start = max(0, hits[0][0] - LEAD) if hits else 0
    # Not in the middle of a word, unless the word is endless.
    space = max(text.rfind(mark, max(0, start - LEAD), start) for mark in " \n\t") if start else -1
    start = space + 1 if space >= 0 else start
    end = min(len(text), start + SNIPPET)
    pieces, at = [Piece("… ")] if start else [], start
    for low, high in hits:
        if low < at or high > end:
            continue
        pieces += [Piece(_line(text[at:low])), Piece(_line(text[low:high]), found=True)]
        at = high
    pieces.append(Piece(_line(text[at:end]) + (" …" if end < len(text) else "")))
    return [piece for piece in pieces if piece.text]


def _hits(text: str, question: Question, spans: Iterable[Span]) -> list[tuple[int, int]]:
    """Where what was asked for stands, in order and without overlap."""
    asked = set(question.stems)
    mentions = {mention(entity) for entity in question.entities}
    hits = {(w.start, w.end) for w in words(text) if w.stem in asked} if asked else set()
    hits |= {(s.start, s.end) for s in spans if mentions and mention(text[s.start : s.end]) in mentions}
    apart: list[tuple[int, int]] = []
    for low, high in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if not apart or low >= apart[-1][1]:
            apart.append((low, high))
    return apart


def _line(text: str) -> str:
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")


def marked(text: str, spans: Collection[Span]) -> list[Piece]:
    """The whole text in pieces, cut where a span begins or ends; together they are the text."""
    inside: Sequence[Span] = sorted((s for s in spans if 0 <= s.start < s.end <= len(text)), key=_outermost_first)
    edges = sorted({0, len(text), *(s.start for s in inside), *(s.end for s in inside)})
    pieces = []
    for low, high in pairwise(edges):
        over = tuple(s for s in inside if s.start <= low and high <= s.end)
        pieces.append(Piece(text[low:high], spans=over, closes=tuple(s for s in over if s.end == high)))
    return pieces


def _outermost_first(span: Span) -> tuple[int, int, str]:
    return span.start, -span.end, span.label
