"""How the demo's people work: who they are, how often they err, how long they take. No rows are written here."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from annotation.models import Role

PEOPLE = {
    "demo-annotator": ("Demo annotator", (Role.ANNOTATOR,)),
    "demo-annotator-2": ("Demo annotator 2", (Role.ANNOTATOR,)),
    "demo-annotator-3": ("Demo annotator 3", (Role.ANNOTATOR,)),
    "demo-reviewer": ("Demo reviewer", (Role.REVIEWER,)),
    "demo-lead": ("Demo ML lead", (Role.ML_LEAD,)),
    "demo-approver": ("Demo approver", (Role.APPROVER,)),
    "demo-admin": ("Demo admin", (Role.ADMIN,)),
}


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
