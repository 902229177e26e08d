"""The quality gate: is a candidate fit to take the champion's place, judged on the same test notes?

Checks: enough notes; F1 not below its floor, overall and per label (by the lower end of the interval); not worse than
the champion by more than the margin; no label and no slice lost (Holm over the labels, Holm over the slices); no luck
of the seed. Source: `statistics.md` C2. No Django in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from training.comparison import MARGIN, MIN_ENTITIES, MIN_NOTES, Kind, NoteScore, Part, labels, same_notes, size, slices
from training.gate_paired import no_losses, not_worse
from training.gate_results import Check, GateResult
from training.gate_words import most_errors, percent, points
from training.statistics import score

ALL = Part()


@dataclass(frozen=True, slots=True)
class QualityRules:
    """What a candidate is held to; fractions of 1. A label without floor of its own is held to none.

    ``seed_f1s``: the F1 of the candidate's recipe with each of its seeds on these notes, the candidate's own too.
    ``facets``: the facets whose values are slices; None: all that the notes have.
    """

    margin: float = MARGIN
    floor_f1: float = 0.0
    label_floors: Mapping[str, float] = field(default_factory=dict)
    min_notes: int = MIN_NOTES
    min_entities: int = MIN_ENTITIES
    alpha: float = 0.05
    seed_f1s: Sequence[float] = ()
    facets: Sequence[str] | None = None


def quality_gate(
    candidate: Sequence[NoteScore], champion: Sequence[NoteScore] | None, *, rules: QualityRules, seed: int = 0
) -> GateResult:
    """Every check, in the order a reader wants them; without a champion only those that need none.

    Raises ValueError when there are no notes, or when the two were not scored on the same notes in the same order.
    """
    checks = [_enough(candidate, rules), _floor(ALL, rules.floor_f1, candidate, rules, seed)]
    for label, floor in sorted(rules.label_floors.items()):
        checks.append(_floor(Part(Kind.LABEL, label), floor, candidate, rules, seed))
    if champion is not None:
        same_notes(candidate, champion)
        how = {"margin": rules.margin, "alpha": rules.alpha, "spread": spread_of(rules.seed_f1s)}
        checks.append(not_worse(candidate, champion, **how, seed=seed))
        for parts in (labels(champion), slices(candidate, rules.facets)):
            checks += no_losses(candidate, champion, parts, rules.min_notes, rules.min_entities, rules.alpha, seed)
    return GateResult("quality", [*checks, _seeds(candidate, rules)])


def spread_of(f1s: Sequence[float]) -> float:
    """The largest less the smallest; 0 with fewer than two."""
    return max(f1s) - min(f1s) if len(f1s) > 1 else 0.0


def _enough(candidate: Sequence[NoteScore], rules: QualityRules) -> Check:
    notes, entities = size(candidate)
    passed = notes >= rules.min_notes and entities >= rules.min_entities
    sentence = f"The test set has {notes:,} notes with {entities:,} entities of gold"
    least = f"{rules.min_notes:,} notes with {rules.min_entities:,} entities"
    rest = f"; the least is {least}." if passed else f"; add gold until it has {least}."
    return Check("Enough to judge", passed, sentence + rest, {"notes": notes, "entities": entities})


def _floor(part: Part, floor: float, scores: Sequence[NoteScore], rules: QualityRules, seed: int) -> Check:
    """The lower end of the interval must not be below `floor`; a label too rare to judge is not tested."""
    notes = part.notes(scores)
    count, entities = size(notes, part)
    name = "F1 above its floor" if part.kind == Kind.ALL else f"F1 of {part.name} above its floor"
    rare = count < rules.min_notes or entities < rules.min_entities
    if rare and part.kind == Kind.LABEL:
        return Check(name, None, f"Not tested: {count:,} notes with {entities:,} entities of {part.name} are too few.")
    found = score([note.counts for note in notes], seed=seed, level=1 - rules.alpha)
    passed = found["low"] >= floor
    sentence = (
        f"F1 is {percent(found['f1'])} and at least {percent(found['low'])} (interval {percent(found['low'])} to "
        f"{percent(found['high'])}); the floor is {percent(floor)}."
    )
    return Check(name, passed, sentence, {**found, "floor": floor}, () if passed else most_errors(notes))


def _seeds(candidate: Sequence[NoteScore], rules: QualityRules) -> Check:
    """A model far above the middle of its recipe's seeds is picked for its luck; the middle one is what to ship."""
    if len(rules.seed_f1s) < 2:
        return Check("Spread of seeds", None, "Not tested: the recipe was trained with one seed; train it with three.")
    own = score([note.counts for note in candidate], resamples=1)["f1"]
    spread, middle = spread_of(rules.seed_f1s), median(rules.seed_f1s)
    passed = own - middle <= rules.margin
    sentence = (
        f"F1 with {len(rules.seed_f1s)} seeds differs by {points(spread, sign=False)}; this one is "
        f"{points(own - middle)} from the middle one, and {points(rules.margin, sign=False)} above it is the most "
        "that is not luck."
    )
    return Check("Spread of seeds", passed, sentence, {"spread": spread, "median": middle, "f1": own})
