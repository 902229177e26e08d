"""What the demo's people mark: by hand and from suggestions. No rows are written here.

Errors are those that people make: an edge a word too far or too short, an entity overlooked, the other label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from random import Random

from annotation.disagreements import differences
from annotation.spans import MarkedSpan, Span

WORD = re.compile(r"\w[\w-]*")
OTHER = {"DISEASE": "TREATMENT", "TREATMENT": "DISEASE"}


def by_hand(text: str, gold: Sequence[Span], *, errors: float, rng: Random) -> list[Span]:
    """The gold as a person writes it down who gets a share of `errors` of the entities wrong."""
    found: list[Span] = []
    for place, span in enumerate(gold):
        if rng.random() >= errors:
            found.append(span)
            continue
        before = found[-1].end if found else 0
        after = gold[place + 1].start if place + 1 < len(gold) else len(text)
        kind = rng.choices(("edge", "missed", "label"), (6, 3, 1))[0]
        if kind == "edge":
            found.append(_edge(text, span, before, after, rng))
        elif kind == "label":
            found.append(span._replace(label=OTHER.get(span.label, span.label)))
    return found


def _edge(text: str, span: Span, before: int, after: int, rng: Random) -> Span:
    """One word less, at either end, or one more, as far as the neighbours allow; the same span when neither is."""
    words = [match.span() for match in WORD.finditer(text, span.start, span.end)]
    options = []
    if len(words) > 1:
        options += [span._replace(start=words[1][0]), span._replace(end=words[-2][1])]
    following = re.compile(r" (\w[\w-]*)").match(text, span.end)
    if following and following.end() <= after:
        options.append(span._replace(end=following.end()))
    preceding = re.search(r"(\w[\w-]*) $", text[before : span.start])
    if preceding:
        options.append(span._replace(start=before + preceding.start()))
    return rng.choice(options) if options else span


def corrected(suggested: Iterable[Span], gold: Iterable[Span], *, overlooked: float, rng: Random) -> list[Span]:
    """What comes of suggestions: most that is wrong is put right, a share of it is overlooked."""
    left, right = ([MarkedSpan(*span) for span in spans] for spans in (suggested, gold))
    agreed, apart = differences(left, right)
    taken = [one.left if rng.random() < overlooked else one.right for one in apart]
    return sorted(marked.span for marked in [*agreed, *(span for side in taken for span in side)])
