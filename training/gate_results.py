"""What a gate says: its checks, each with a sentence, figures and the notes to look at. No Django in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a gate looked at. ``passed`` is None for what could not be tested; ``notes`` are note ids."""

    name: str
    passed: bool | None
    sentence: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[int] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "passed": self.passed,
            "sentence": self.sentence,
            "figures": dict(self.figures),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate's name and checks. It is passed when no check failed and at least one was carried out."""

    name: str
    checks: Sequence[Check]

    @property
    def passed(self) -> bool:
        said = [check.passed for check in self.checks]
        return False not in said and True in said

    @property
    def notes(self) -> list[int]:
        """The notes of the checks that failed, each once."""
        return list(dict.fromkeys(note for check in self.checks if check.passed is False for note in check.notes))

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "passed": self.passed, "checks": [check.to_json() for check in self.checks]}
