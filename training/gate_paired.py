"""The checks of the quality gate that set the candidate beside the champion. No Django in here."""

from __future__ import annotations

from collections.abc import Sequence

from training.comparison import Kind, NoteScore, Part, PartDifference, Verdict, part_differences, verdict
from training.gate_results import Check
from training.gate_words import most_lost, percent, points
from training.power import detectable, notes_needed, power_sentence, standard_error
from training.statistics import Difference, f1_difference

LUCKY = ", and no gain, as seeds of one recipe differ by as much"
NAMES = {Kind.LABEL: "No label lost", Kind.SLICE: "No slice lost"}


def not_worse(
    candidate: Sequence[NoteScore],
    champion: Sequence[NoteScore],
    *,
    margin: float,
    alpha: float,
    spread: float = 0.0,
    seed: int = 0,
) -> Check:
    """Non-inferiority: the lower end of the interval of the difference is above minus the margin.

    A model that is worse by exactly the margin passes with probability alpha / 2. A gain no larger than the `spread`
    of the recipe's seeds is called no gain.
    """
    sides = [note.counts for note in candidate], [note.counts for note in champion]
    found = f1_difference(*sides, seed=seed, level=1 - alpha)
    word = verdict(found.low, found.high, margin=margin)
    lucky = word == Verdict.BETTER and found.value <= spread
    word = Verdict.NOT_WORSE if lucky else word
    passed = word in (Verdict.BETTER, Verdict.NOT_WORSE)
    error = standard_error(found, level=1 - alpha)
    figures = {**found.to_json(), "verdict": word.value, "detectable": detectable(error, alpha=alpha)}
    sentence = (
        f"F1 is {points(found.value)} against the champion's ({100 * found.low:+.1f} to {100 * found.high:+.1f}): "
        f"{_said(word, margin)}{LUCKY if lucky else ''}. {_remedy(word, found, len(candidate), margin, alpha)}"
    )
    return Check("Not worse than the champion", passed, sentence, figures, _lost(passed, candidate, champion))


def _said(word: Verdict, margin: float) -> str:
    limit = points(margin, sign=False)
    return {
        Verdict.BETTER: "better",
        Verdict.NOT_WORSE: f"not worse by more than {limit}",
        Verdict.WORSE: "worse",
        Verdict.UNCLEAR: f"can't tell whether it is worse by more than {limit}",
    }[word]


def _remedy(word: Verdict, found: Difference, notes: int, margin: float, alpha: float) -> str:
    error = standard_error(found, level=1 - alpha)
    if word == Verdict.UNCLEAR and margin > 0:
        return f"About {notes_needed(margin, error, notes, alpha=alpha):,} test notes would tell; there are {notes:,}."
    return power_sentence(found, notes, alpha=alpha)


def no_losses(
    candidate: Sequence[NoteScore],
    champion: Sequence[NoteScore],
    parts: Sequence[Part],
    min_notes: int,
    min_entities: int,
    alpha: float,
    seed: int = 0,
) -> list[Check]:
    """A check for each part that is large enough, and one that names those that are not."""
    rows = part_differences(
        candidate, champion, parts, min_notes=min_notes, min_entities=min_entities, alpha=alpha, seed=seed
    )
    tested = [_no_loss(row, candidate, champion, alpha) for row in rows if row.difference]
    small = [row for row in rows if not row.difference]
    return tested + ([_too_small(small, min_notes, min_entities)] if small else [])


def _no_loss(row: PartDifference, candidate: Sequence[NoteScore], champion: Sequence[NoteScore], alpha: float) -> Check:
    passed, found = not row.is_loss(alpha), row.difference
    assert found is not None  # noqa: S101
    word = "no loss beyond chance" if passed else f"a loss beyond chance (corrected p {row.p_holm:.3f})"
    sentence = (
        f"{row.part.title}: F1 {percent(row.candidate_f1)} against {percent(row.champion_f1)}, {points(found.value)} "
        f"({100 * found.low:+.1f} to {100 * found.high:+.1f}) on {row.notes:,} notes with {row.entities:,} entities: "
        f"{word}."
    )
    notes = _lost(passed, row.part.notes(candidate), row.part.notes(champion))
    return Check(f"{NAMES[row.part.kind]}: {row.part.title}", passed, sentence, row.to_json(), notes)


def _too_small(rows: Sequence[PartDifference], min_notes: int, min_entities: int) -> Check:
    some = ", ".join(row.part.title for row in rows[:5]) + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")
    sentence = f"Not tested, as fewer than {min_notes:,} notes or {min_entities:,} entities speak of them: {some}."
    return Check(NAMES[rows[0].part.kind], None, sentence, {"parts": [row.to_json() for row in rows]})


def _lost(passed: bool, candidate: Sequence[NoteScore], champion: Sequence[NoteScore]) -> list[int]:
    return [] if passed else most_lost(candidate, champion)
