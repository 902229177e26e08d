"""Guidelines are plain text in sections: a line ``## Title`` opens one. No Django in here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from annotation.comparison import lines_of

# The marks of a combining script are no word characters to a regular expression, so only what parts words is named.
_PARTS = re.compile(r"[\s!-,./:-@\[-`{-~\-\u00a1-\u00bf\u2010-\u2027]+")
START = "start"


class Section(NamedTuple):
    """A part of the guidelines. `anchor` is unique in its text; `title` is empty for what stands before the first."""

    anchor: str
    title: str
    body: str


def sections(text: str) -> list[Section]:
    """The sections of `text` in order; bodies keep their lines and lose the empty ones around them."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in lines_of(text):
        title = _title(line)
        if title is None:
            found[-1][1].append(line)
        else:
            found.append((title, []))
    taken: set[str] = set()
    rows = [(title, _body(lines)) for title, lines in found]
    return [Section(_anchor(title, taken), title, body) for title, body in rows if title or body]


def section_for(label: str, among: Iterable[Section]) -> Section | None:
    """The section about `label`: its title is the label's name, else has it as words, else has it at all.

    Case, and ``_`` against a space, make no difference. Among equals the shortest title is the closest.
    """
    name = _plain(label)
    titled = [(_plain(section.title), section) for section in among if section.title]
    ranked = [(_rank(name, title), len(title), place) for place, (title, _) in enumerate(titled) if name in title]
    return titled[min(ranked)[2]][1] if name and ranked else None


def _title(line: str) -> str | None:
    opened = line.startswith("## ") and line[3:].strip()
    return opened or None


def _body(lines: list[str]) -> str:
    return re.sub(r"\A(?:[^\S\n]*\n)+|\s+\Z", "", "\n".join(lines))


def _anchor(title: str, taken: set[str]) -> str:
    slug = "-".join(part for part in _PARTS.split(title.casefold()) if part) or START
    anchor, number = slug, 1
    while anchor in taken:
        number += 1
        anchor = f"{slug}-{number}"
    taken.add(anchor)
    return anchor


def _plain(words: str) -> str:
    return " ".join(part for part in _PARTS.split(words.casefold()) if part)


def _rank(name: str, title: str) -> int:
    if name == title:
        return 0
    return 1 if f" {name} " in f" {title} " else 2
