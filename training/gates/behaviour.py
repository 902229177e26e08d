"""The gate of behaviour: sentences that clinicians wrote, and what must, or must not, be found in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spacy.language import Language

from annotation.crypto import KeyringError
from training import ner
from training.context import Context
from training.gate_results import Check, GateResult
from training.gates.cases import Outcome, try_cases
from training.gates.golden import LONG
from training.models import BehaviourCase


def behaviour(context: Context) -> GateResult:
    """Every active case of the project, and what every model must do, on the artefact as packaged.

    A failed check names its cases.
    """
    cases = list(BehaviourCase.objects.filter(project=context.run.project, active=True))
    nlp = context.load("package")
    try:
        every, outcomes = _of_every_model(nlp), try_cases(nlp, cases)
    except KeyringError:
        raise
    except Exception as error:
        # A finding about the artefact. The message may quote what it was working on.
        return GateResult("unit", [Check("Answers", False, f"It raises {type(error).__name__} when it is asked.")])
    own = [_check(name, outcomes) for name in BehaviourCase.Category if any(c.category == name for c in cases)]
    return GateResult("unit", [*every, *(own or [_no_cases()])])


def _of_every_model(nlp: Language) -> list[Check]:
    nothing = not any(ner.predict(nlp, ["", " \n\t"]))
    (long,) = ner.predict(nlp, [LONG])
    inside = all(0 <= s.span.start < s.span.end <= len(LONG) for s in long)
    return [
        Check("Empty note", nothing, "In an empty note nothing is found." if nothing else "It finds something there."),
        Check("Very long note", inside, f"{len(LONG):,} characters: {len(long):,} entities, all inside the text."),
    ]


def _no_cases() -> Check:
    return Check("Cases of the clinic", None, "Not tested: the project has no active behaviour case; write some.")


def _check(category: BehaviourCase.Category, outcomes: Sequence[Outcome]) -> Check:
    own = [outcome for outcome in outcomes if outcome.case.category == category]
    wrong = [outcome.case.pk for outcome in own if not outcome.held]
    figures: dict[str, Any] = {"cases": len(own), "failed": len(wrong), "failed_cases": wrong}
    sentence = f"{len(own) - len(wrong)} of {len(own)} cases hold."
    return Check(category.label, not wrong, sentence, figures)
