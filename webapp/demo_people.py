"""How the demo's people work: who they are, how often they err, how they correct suggestions. No rows are written here.

Errors are those that people make: an edge a word too far or too short, an entity overlooked, the other label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from annotation.disagreements import differences
from annotation.models import Role
from annotation.spans import MarkedSpan, ScoredSpan, Span

PEOPLE = {
    "demo-annotator": ("Demo annotator", (Role.ANNOTATOR,)),
    "demo-annotator-2": ("Demo annotator 2", (Role.ANNOTATOR,)),
    "demo-annotator-3": ("Demo annotator 3", (Role.ANNOTATOR,)),
    "demo-reviewer": ("Demo reviewer", (Role.REVIEWER,)),
    "demo-lead": ("Demo ML lead", (Role.ML_LEAD,)),
    "demo-approver": ("Demo approver", (Role.APPROVER,)),
    "demo-admin": ("Demo admin", (Role.ADMIN,)),
}
WORD = re.compile(r"\w[\w-]*")
OTHER = {"DISEASE": "TREATMENT", "TREATMENT": "DISEASE"}


@dataclass(frozen=True, slots=True)
class Habit:
    """Share of entities that the person gets wrong, before and in the last four weeks; usual seconds a note; how much
    of the work is theirs."""

    errors: float
    lately: float
    seconds: int
    share: int


# The second one has become careless lately, so that the page about quality has something to find.
HABITS = {
    "demo-annotator": Habit(0.02, 0.02, 19, 5),
    "demo-annotator-2": Habit(0.03, 0.16, 14, 5),
    "demo-annotator-3": Habit(0.06, 0.05, 27, 2),
}


def two_people(rng: Random) -> tuple[str, str]:
    """Two different annotators, the busier ones more often."""
    names, shares = list(HABITS), [habit.share for habit in HABITS.values()]
    first = rng.choices(names, shares)[0]
    others = [name for name in names if name != first]
    return first, rng.choices(others, [HABITS[name].share for name in others])[0]


def seconds(person: str, entities: int, rng: Random) -> int:
    """Active seconds: longer for more entities, and now and then much longer."""
    usual = HABITS[person].seconds if person in HABITS else 26
    return max(4, round(usual * (0.6 + 0.08 * entities) * rng.lognormvariate(0, 0.35)))


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
