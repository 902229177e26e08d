"""What came of a request: the answer, and by whom it should have been when it is not by them."""

from __future__ import annotations

from dataclasses import dataclass

from training.lanes import Entities, Served, TooMuchWaits, WrongAnswerError


@dataclass(frozen=True, slots=True)
class Missed:
    """A canary or variant that did not answer, so that the champion did: `outcome` is "failed", "wrong" or "slow"."""

    served: Served
    outcome: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The entities of each text, in order, all by one model; ``milliseconds`` include every wait."""

    served: Served
    entities: Entities
    milliseconds: float
    missed: Missed | None = None


def outcome_of(error: BaseException) -> str:
    """What the log calls it when a canary did not answer."""
    if isinstance(error, TooMuchWaits):
        return "slow"
    return "wrong" if isinstance(error.__cause__, WrongAnswerError) else "failed"
