"""The gate of behaviour: sentences that clinicians wrote, and what must, or must not, be found in each."""

from __future__ import annotations

from typing import Any

from spacy.language import Language

from annotation.spans import Span
from training import ner
from training.context import Context
from training.gate_results import Check, GateResult
from training.gates.golden import LONG
from training.models import BehaviourCase


def behaviour(context: Context) -> GateResult:
    """Every active case of the project, and what every model must do, on the artefact as packaged.

    A failed check names its cases.
    """
    cases = list(BehaviourCase.objects.filter(project=context.run.project, active=True))
    nlp = context.load("package")
    found = ner.predict(nlp, [full_text(case) for case in cases])
    failed = {case.pk for case, spans in zip(cases, found, strict=True) if not holds(case, [s.span for s in spans])}
    own = [_check(name, cases, failed) for name in sorted({case.category for case in cases})]
    return GateResult("unit", [*_of_every_model(nlp), *own])


def _of_every_model(nlp: Language) -> list[Check]:
    nothing = not any(ner.predict(nlp, ["", " \n\t"]))
    (long,) = ner.predict(nlp, [LONG])
    inside = all(0 <= s.span.start < s.span.end <= len(LONG) for s in long)
    return [
        Check("Empty note", nothing, "In an empty note nothing is found." if nothing else "It finds something there."),
        Check("Very long note", inside, f"{len(LONG):,} characters: {len(long):,} entities, all inside the text."),
    ]


def full_text(case: BehaviourCase) -> str:
    return "\n".join([case.text] * case.repeat)


def holds(case: BehaviourCase, found: list[Span]) -> bool:
    """Whether the model did what the case asks, in the first repetition of its text."""
    wanted = {Span(row["start"], row["end"], row["label"]) for row in case.spans}
    if case.expectation == BehaviourCase.Expectation.FIND:
        return wanted <= set(found)
    return not (wanted & set(found)) if wanted else not found


def _check(category: str, cases: list[BehaviourCase], failed: set[int]) -> Check:
    own = [case.pk for case in cases if case.category == category]
    wrong = [pk for pk in own if pk in failed]
    name = BehaviourCase.Category(category).label
    figures: dict[str, Any] = {"cases": len(own), "failed": len(wrong), "failed_cases": wrong}
    sentence = f"{len(own) - len(wrong)} of {len(own)} cases hold."
    return Check(name, not wrong, sentence, figures)
