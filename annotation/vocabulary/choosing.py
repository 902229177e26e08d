"""Which disease and which drug a note names next: from the patient's topic, never twice, with the held-back share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import TypeVar

from annotation.vocabulary import Disease, Treatment, vocabulary

Term = TypeVar("Term", Disease, Treatment)
ALL = ""
# What half of the country's notes begin with; the other common diseases count 1.
FREQUENT = {
    "type 2 diabetes mellitus": 8,
    "hypertension": 8,
    "hypothyroidism": 4,
    "coronary artery disease": 3,
    "bronchial asthma": 3,
}


@cache
def diseases(topic: str, gender: str, age: int, kind: str) -> tuple[Disease, ...]:
    """The diseases under `topic` (a specialty, a topic, or ALL) that `gender` can have at `age`; -1: any age."""
    return tuple(
        d
        for d in vocabulary().diseases
        if d.topic.startswith(topic)
        and d.gender in ("*", gender)
        and (age < 0 or d.ages[0] <= age <= d.ages[1])
        and (d.new if kind == "new" else not d.new and (kind != "common" or d.common))
    )


@cache
def treatments(topic: str, kind: str, procedures: bool) -> tuple[Treatment, ...]:
    """Drugs, or procedures, under `topic`; `kind` is "usual", "common" or "new"."""
    return tuple(
        t
        for t in vocabulary().treatments
        if t.topic.startswith(topic)
        and (t.form == "proc") == procedures
        and (t.new if kind == "new" else not t.new and (kind != "common" or t.common))
    )


@dataclass(slots=True)
class Chooser:
    """Draws the terms of one note for a patient with `topic`, `gender` and `age` in years."""

    rng: Random
    topic: str
    gender: str
    age: int
    new_disease: float
    new_drug: float
    used: set[str] = field(default_factory=set)
    chronic: str = ""

    @property
    def specialty(self) -> str:
        return self.topic.partition("/")[0]

    def disease(self) -> Disease:
        """What the patient has now."""
        wide = self.specialty if self.used and self.rng.random() < 0.2 else self.topic
        return self._disease(diseases(wide, self.gender, self.age, "usual"))

    def comorbidity(self) -> Disease:
        """What the patient has had for long; remembered, so that its drug can follow."""
        common = diseases(ALL, self.gender, self.age, "common")
        pool = common if common and self.rng.random() < 0.85 else diseases(self.topic, self.gender, self.age, "usual")
        chosen = self._disease(pool, frequent=True)
        self.chronic = chosen.topic
        return chosen

    def elsewhere(self) -> Disease:
        """A disease that is denied, or that a relative has."""
        common = self.rng.random() < 0.85
        pool = diseases(ALL if common else self.specialty, self.gender, -1, "common" if common else "usual")
        return self._disease(pool, frequent=common)

    def drug(self, topic: str = "") -> Treatment:
        draw = self.rng.random()
        if self.rng.random() < self.new_drug:
            return self._pick(treatments(self.specialty, "new", False), treatments(ALL, "new", False))
        if not topic and draw < 0.15:
            return self._pick(treatments(ALL, "common", False), treatments(self.specialty, "usual", False))
        near = topic or (self.specialty if draw < 0.25 else self.topic)
        return self._pick(treatments(near, "usual", False), treatments(self.specialty, "usual", False))

    def chronic_drug(self) -> Treatment:
        """A drug for the disease that :meth:`comorbidity` gave last, or for the patient's own."""
        return self.drug(self.chronic or self.topic)

    def procedure(self) -> Treatment:
        return self._pick(treatments(self.topic, "usual", True), treatments(self.specialty, "usual", True))

    def _disease(self, usual: Sequence[Disease], *, frequent: bool = False) -> Disease:
        if self.rng.random() < self.new_disease:
            return self._pick(diseases(self.specialty, self.gender, -1, "new"), diseases(ALL, self.gender, -1, "new"))
        weights = [FREQUENT.get(d.names[0], 1) for d in usual] if frequent else None
        return self._pick(usual, diseases(self.specialty, self.gender, -1, "usual"), weights)

    def _pick(self, first: Sequence[Term], second: Sequence[Term], weights: Sequence[int] | None = None) -> Term:
        """One term not used yet: from `first` (`weights` go with it), else `second`, else one used already."""
        for pool, pool_weights in ((first, weights or [1] * len(first)), (second, [1] * len(second))):
            fresh = [(t, w) for t, w in zip(pool, pool_weights, strict=True) if t.names[0] not in self.used]
            if fresh:
                terms, shares = zip(*fresh, strict=True)
                chosen: Term = self.rng.choices(terms, shares)[0]
                self.used.add(chosen.names[0])
                return chosen
        return self.rng.choice(first or second)
