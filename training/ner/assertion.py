"""What a note says of an entity besides naming it: denied, suspected, past, planned, another person's. No model.

Cue words around the entity decide, in the manner of NegEx (Chapman 2001) and ConText (Harkema 2009), with a list of our
own for Indian prescriptions: ``k/c/o``, ``h/o``, ``?dengue``, ``nahi``. A cue reaches to the end of its clause, at most
so many characters; a mark that ends a clause, or a word that turns it (*but*), stops it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Spanned(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Assertion(NamedTuple):
    """``certainty`` positive, possible or negative; ``conditionality`` none or hypothetical; ``association`` subject or
    other; ``temporality`` current, past or future."""

    certainty: str = "positive"
    conditionality: str = "none"
    association: str = "subject"
    temporality: str = "current"


PLAIN = Assertion()
REACH = 80
REACH_BACK = 45
# Cues before the entity, by what they say. Spaces stand for any white space.
BEFORE = {
    "negative": (
        "no",
        "not",
        "denies",
        "denied",
        "deny",
        "without",
        "w/o",
        "negative for",
        "-ve for",
        "no h/o",
        "no history of",
        "no evidence of",
        "no signs of",
        "no s/o",
        "no c/o",
        "absence of",
        "free of",
        "never had",
        "ruled out",
        "nil",
        "excluded",
        "not a k/c/o",
        "not known",
        "n/k/c/o",
        "neg for",
        "rules out",
    ),
    "possible": (
        "?",
        "r/o",
        "rule out",
        "to rule out",
        "possible",
        "possibly",
        "probable",
        "probably",
        "suspected",
        "suspect",
        "suspicion of",
        "likely",
        "s/o",
        "suggestive of",
        "d/d",
        "dd",
        "differential",
        "may have",
        "might have",
        "query",
        "impression ?",
        "provisional",
    ),
    "hypothetical": (
        "if",
        "in case of",
        "sos for",
        "watch for",
        "risk of",
        "to prevent",
        "prophylaxis for",
        "prophylaxis against",
        "return if",
        "review if",
        "advised if",
        "agar",
    ),
    "other": (
        "family history of",
        "family h/o",
        "f/h/o",
        "fh of",
        "mother has",
        "father has",
        "mother had",
        "father had",
        "mother",
        "father",
        "brother",
        "sister",
        "uncle",
        "aunt",
        "grandmother",
        "grandfather",
        "wife has",
        "husband has",
    ),
    "past": (
        "h/o",
        "history of",
        "past history of",
        "p/h/o",
        "past h/o",
        "s/p",
        "post",
        "previous",
        "previously",
        "old",
        "had",
        "status post",
        "treated for",
        "in the past",
        "earlier",
    ),
    "future": (
        "plan",
        "planned",
        "planned for",
        "to start",
        "will start",
        "scheduled for",
        "posted for",
        "advised for",
    ),
    # The disease is there since long and is there now.
    "present": ("k/c/o", "known case of", "kco", "known", "c/o", "complains of", "pt has", "now has"),
}
AFTER = {
    "negative": (
        "ruled out",
        "negative",
        "-ve",
        "absent",
        "not seen",
        "not present",
        "excluded",
        "nahi",
        "nahin",
        "none",
        "nil",
        "was denied",
        "is denied",
        "resolved ?no",
    ),
    "possible": ("suspected", "likely", "possible", "to be ruled out", "cannot be ruled out", "not ruled out"),
    "past": (
        "in the past",
        "in childhood",
        "years back",
        "years ago",
        "resolved",
        "treated",
        "stopped",
        "discontinued",
    ),
    "other": ("in mother", "in father", "in family", "in the family", "in sibling"),
}
# They hold a cue's word and say something else.
PSEUDO = (
    "no increase", "no change", "not only", "no further", "not necessarily", "not certain", "no doubt", "history taken",
    "gram negative", "rh negative", "not sure",
)  # fmt: skip
_ENDS = re.compile(r"[.;!](?=\s|$)|[\n\r]|\b(?:but|however|although|except|apart from|presently|now|lekin)\b")


def _cues(table: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    """One search for all in a lower-case text: the longest cue at a place wins, so that "no h/o" is not "h/o"."""
    words = {word for kind in table.values() for word in kind} | set(PSEUDO)
    ordered = sorted(words - {"?"}, key=len, reverse=True)
    body = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)
    # A question mark needs no space after it: "?dengue". It speaks of what follows.
    return re.compile(rf"(?<![\w/])(?:{body})(?![\w/])|\?(?=\s*\w)")


_BEFORE, _AFTER = _cues(BEFORE), _cues(AFTER)
_BEFORE_KIND = {word: kind for kind, words in BEFORE.items() for word in words}
_AFTER_KIND = {word: kind for kind, words in AFTER.items() for word in words}
_SPACES = re.compile(r"\s+")


class _Cue(NamedTuple):
    start: int
    end: int
    kind: str


class Cues(NamedTuple):
    """The cue words of a text before and after what they speak of, and where its clauses end."""

    length: int
    ends: list[int]
    before: list[_Cue]
    after: list[_Cue]


def assertions(text: str, spans: Sequence[Spanned], cues: Cues | None = None) -> list[Assertion]:
    """What `text` says of each span (code points, end-exclusive), in the order given.

    `cues`: those of the text, when the caller has looked for them already.
    """
    if not spans:
        return []
    cues = cues or cues_of(text)
    return [_of(span, cues) for span in spans]


def cues_of(text: str) -> Cues:
    """All of the work that needs no entities."""
    low = text.lower()
    # Of some letters the lower case is longer; offsets must stay what they are.
    low = low if len(low) == len(text) else "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
    ends = [match.start() for match in _ENDS.finditer(low)]
    return Cues(len(text), ends, _found(_BEFORE, _BEFORE_KIND, low), _found(_AFTER, _AFTER_KIND, low))


def _found(cues: re.Pattern[str], kinds: dict[str, str], text: str) -> list[_Cue]:
    found = []
    for match in cues.finditer(text):
        kind = kinds.get(_SPACES.sub(" ", match.group()), "")
        if kind:
            found.append(_Cue(match.start(), match.end(), kind))
    return found


def _of(span: Spanned, cues: Cues) -> Assertion:
    length, ends, before, after = cues
    clause, next_end = bisect_right(ends, span.start), bisect_right(ends, span.end - 1)
    first = ends[clause - 1] if clause else 0
    last = ends[next_end] if next_end < len(ends) else length
    said = [cue.kind for cue in before if first <= cue.start and cue.end <= span.start <= cue.end + REACH]
    said += [cue.kind for cue in after if span.end <= cue.start <= span.end + REACH_BACK and cue.end <= last]
    if not said:
        return PLAIN
    # What is known is there now, whatever else its clause speaks of; the nearest of the two words counts.
    past = [kind for kind in said if kind in {"past", "present"}]
    return Assertion(
        "negative" if "negative" in said else "possible" if "possible" in said else "positive",
        "hypothetical" if "hypothetical" in said else "none",
        "other" if "other" in said else "subject",
        "past" if past and past[-1] == "past" else "future" if "future" in said else "current",
    )
