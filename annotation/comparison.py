"""Two texts compared line by line. No Django in here."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple


class Line(NamedTuple):
    """A line of a comparison. `kind` is ``same``, ``added``, ``removed``, or ``gap`` for same lines left out."""

    kind: str
    text: str


def changes(before: str, after: str, *, around: int = 2) -> list[Line]:
    """What changed from one text to the other, line by line, with `around` same lines beside each change."""
    old, new = (lines_of(text) if text else [] for text in (before, after))
    found: list[Line] = []
    end = 0
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(around):
        if group[0][1] > end:
            found.append(Line("gap", ""))
        for kind, old_start, old_end, new_start, new_end in group:
            if kind == "equal":
                found += [Line("same", line) for line in old[old_start:old_end]]
            else:
                found += [Line("removed", line) for line in old[old_start:old_end]]
                found += [Line("added", line) for line in new[new_start:new_end]]
        end = group[-1][2]
    return [*found, Line("gap", "")] if found and end < len(old) else found


def lines_of(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)
