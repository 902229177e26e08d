"""Behaviour cases put to a model: did it do what each asks?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.language import Language

from annotation.errors import ActionError
from annotation.spans import ScoredSpan, Span
from training import ner
from training.artefacts import fresh_nlp_of
from training.gates.phrases import touches
from training.models import BehaviourCase, ModelVersion

# What a page waits for: about two seconds of a processor.
MOST_CHARACTERS = 400_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case, whether the model did what it asks, and what the model found in the first repetition of its text."""

    case: BehaviourCase
    held: bool
    found: Sequence[Span]


def try_under(model: ModelVersion, cases: Sequence[BehaviourCase]) -> list[Outcome]:
    """The cases put to a registered version. Raises ActionError when it can't be loaded or there are too many."""
    length = sum(len(case.text) * case.repeat for case in cases)
    if length > MOST_CHARACTERS:
        raise ActionError(
            f"The cases have {length:,} characters, more than the {MOST_CHARACTERS:,} that are tried at once; "
            "switch some long ones off, or see the gate of the next training."
        )
    try:
        # A pipeline of its own: those that serve belong to their thread.
        return try_cases(fresh_nlp_of(model), cases)
    except ner.ArtefactError as error:
        raise ActionError(f"{model} can't be tried: {error}") from error


def try_cases(nlp: Language, cases: Sequence[BehaviourCase]) -> list[Outcome]:
    """Every case, in the order given."""
    answers = ner.predict(nlp, [full_text(case) for case in cases])
    return [_outcome(case, found) for case, found in zip(cases, answers, strict=True)]


def _outcome(case: BehaviourCase, found: Sequence[ScoredSpan]) -> Outcome:
    every = [one.span for one in found]
    first = len(case.text)
    return Outcome(case, holds(case, every), [span for span in every if span.end <= first])


def full_text(case: BehaviourCase) -> str:
    return "\n".join([case.text] * case.repeat)


def wanted(case: BehaviourCase) -> list[Span]:
    return [Span(row["start"], row["end"], row["label"]) for row in case.spans]


def holds(case: BehaviourCase, found: Sequence[Span]) -> bool:
    """Must find: each phrase is found exactly, in the first repetition. Must not: nothing found touches a phrase."""
    if case.expectation == BehaviourCase.Expectation.FIND:
        return set(wanted(case)) <= set(found)
    if not case.spans:
        return not found
    return not any(touches(one, phrase) for one in found for phrase in wanted(case))
