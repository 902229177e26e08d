"""What hands, phones and systems do to a note. Works on pieces, before offsets are counted, so gold stays exact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from annotation.spans import Span

# The key beside each letter on a telephone's keyboard.
NEIGHBOURS = dict(zip("abcdefghijklmnopqrstuvwxyz", "svxfrghjoklknmpowtdyibecux", strict=True))
WORD = re.compile(r"[A-Za-z]{4,}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a note; `label` is None outside mentions. A mention has no white space at its edges."""

    text: str
    label: str | None = None


def assemble(pieces: list[Piece]) -> tuple[str, tuple[Span, ...]]:
    """The text and its gold spans, in code points."""
    spans, position = [], 0
    for piece in pieces:
        end = position + len(piece.text)
        if piece.label:
            spans.append(Span(position, end, piece.label))
        position = end
    return "".join(piece.text for piece in pieces), tuple(spans)


def with_typos(pieces: list[Piece], share: float, rng: Random) -> list[Piece]:
    """A typo in `share` of the words of four letters or more, within mentions too."""

    def change(match: re.Match[str]) -> str:
        return misspell(match[0], rng) if rng.random() < share else match[0]

    return [Piece(WORD.sub(change, piece.text), piece.label) for piece in pieces]


def misspell(word: str, rng: Random) -> str:
    """`word` with two letters swapped, or one lost, doubled or hit beside; never the same word."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("swap", "drop", "double", "beside"))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[: at + 1] + word[at:]
    beside = NEIGHBOURS[word[at].lower()]
    return word[:at] + (beside.upper() if word[at].isupper() else beside) + word[at + 1 :]


def upper(pieces: list[Piece]) -> list[Piece]:
    return [Piece(piece.text.upper(), piece.label) for piece in pieces]


def with_accidents(pieces: list[Piece], rng: Random) -> list[Piece]:
    """The rare things of real data: CRLF, double spaces, glued doses, emoji, white space at the end."""
    if rng.random() < 0.04:
        pieces = [Piece(piece.text.replace("\n", "\r\n"), piece.label) for piece in pieces]
    if rng.random() < 0.06:
        pieces = [Piece(_double_spaces(piece.text, rng), piece.label) for piece in pieces]
    if rng.random() < 0.02:
        pieces = _glue_doses(pieces)
    if rng.random() < 0.02:
        pieces = [*pieces, Piece(rng.choice((" 🙏", " 👍", "\n✅", " 😊")))]
    if rng.random() < 0.03:
        pieces = [*pieces, Piece(rng.choice((" ", "\n", "  \n")))]
    return pieces


def _double_spaces(text: str, rng: Random) -> str:
    return re.sub(r"(?<=\S) (?=\S)", lambda _: "  " if rng.random() < 0.25 else " ", text)


def _glue_doses(pieces: list[Piece]) -> list[Piece]:
    """ "Metformin 500mg" becomes "Metformin500mg", as it comes out of some clinics' software."""
    glued = pieces[:1]
    for piece in pieces[1:]:
        dose = glued[-1].label and re.match(r" \d", piece.text)
        glued.append(Piece(piece.text[1:], piece.label) if dose else piece)
    return glued
