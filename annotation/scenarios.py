"""What happens to the notes of a clinic day by day: calm weeks, and the ways in which the world or a feed changes.

Used by the simulator, the tests and the benchmarks. All people in the notes are made up, as in annotation/synthetic.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from annotation.spans import Span
from annotation.synthetic import Knobs, SyntheticNote, generate

# Days of calm before anything changes: the champion's reference is full by then.
CALM_DAYS = 21
# Over so many days a sudden change spreads; a slow one takes DECAY_DAYS.
SPREAD_DAYS, DECAY_DAYS = 3, 60
# Notes with a fever are looked for among so many.
MANY = 100_000
_FEVERS = ("dengue", "malaria", "typhoid", "chikungunya", "viral", "leptospirosis")


@dataclass(frozen=True, slots=True)
class Scenario:
    """`knobs`: by how far the change has come, 0 to 1."""

    name: str
    title: str
    knobs: Callable[[float], Knobs] = lambda _: Knobs()
    fevers: float = 0.0
    clinic: float = 0.0
    broken: bool = False
    spread: int = SPREAD_DAYS

    def change_on(self, day: int) -> float:
        """How far the change has come on that day, the first being 0."""
        return min(1.0, max(0.0, (day - CALM_DAYS + 1) / self.spread))


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("calm", "Nothing changes"),
        Scenario("monsoon-dengue", "The rains bring fevers: other diseases, all of them known", fevers=0.5),
        Scenario(
            "new-drug",
            "New medicines, written on forms of their own, that the model never read",
            knobs=lambda far: Knobs(new_drug=far, new_disease=0.5 * far, new_template=0.7 * far),
            spread=28,
        ),
        Scenario(
            "new-clinic-upper-case",
            "A new clinic types in capitals",
            knobs=lambda far: Knobs(upper_case=0.05 + 0.9 * far, typos=0.02 + 0.13 * far, new_template=0.8 * far),
            clinic=0.9,
        ),
        Scenario(
            "hinglish",
            "More and more is written in Hinglish",
            knobs=lambda far: Knobs(hinglish=0.12 + 0.88 * far, new_template=far),
        ),
        Scenario("broken-feed", "The feed loses the spaces between words", broken=True, spread=1),
        Scenario(
            "slow-decay",
            "New names come in slowly, and hands get careless",
            knobs=lambda far: Knobs(new_drug=far, new_disease=far, typos=0.02 + 0.2 * far, new_template=0.5 * far),
            spread=DECAY_DAYS,
        ),
    )
}


def notes_of(scenario: Scenario, day: int, count: int, *, seed: int) -> Iterator[SyntheticNote]:
    """`count` notes of that day; the same seed and day give the same ones. Ids are ``{scenario}-{seed}-{number}``."""
    far = scenario.change_on(day)
    rng = Random(f"{seed}:{day}")  # noqa: S311 - made-up notes, nothing secret
    prefix, start = f"{scenario.name}-{seed}", count * day
    fevers = filter(_is_fever, generate(MANY, seed=seed, prefix=f"{prefix}-fever", start=MANY * (day + 1)))
    for note in generate(count, seed=seed, knobs=scenario.knobs(far), prefix=prefix, start=start):
        if scenario.fevers and rng.random() < scenario.fevers * far:
            yield next(fevers)
        elif scenario.clinic and rng.random() < scenario.clinic * far:
            yield replace(note, facets={**note.facets, "city": "Indore", "source": "new-clinic"})
        elif scenario.broken and far:
            yield _without_spaces(note)
        else:
            yield note


def _is_fever(note: SyntheticNote) -> bool:
    lower = note.text.lower()
    return any(lower[span.start : span.end].startswith(_FEVERS) for span in note.spans)


def _without_spaces(note: SyntheticNote) -> SyntheticNote:
    """The text without white space, its spans where they are then."""
    before = [0]
    for character in note.text:
        before.append(before[-1] + (not character.isspace()))
    text = "".join(character for character in note.text if not character.isspace())
    spans = tuple(Span(before[span.start], before[span.end], span.label) for span in note.spans)
    return replace(note, text=text, spans=spans)
