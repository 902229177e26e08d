"""What can be tuned of a recipe: each setting's kind, range and default, and the check of given values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from training.ner.documents import TrainingError

Kind = Literal["int", "float", "bool", "choice"]


@dataclass(frozen=True, slots=True)
class Param:
    """One setting. `low` and `high` are inclusive; `log`: search it on a logarithmic scale; `help` is for people."""

    kind: Kind
    default: Any
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    help: str = ""

    def checked(self, name: str, value: Any) -> Any:
        """`value` as its kind, or TrainingError with the values that are allowed."""
        if self.kind == "choice":
            if value not in self.choices:
                raise TrainingError(f"The setting {name} is {value!r}; choose {', '.join(self.choices)}.")
            return value
        if self.kind == "bool":
            if not isinstance(value, bool):
                raise TrainingError(f"The setting {name} is {value!r}; it must be true or false.")
            return value
        return self._number(name, value)

    def _number(self, name: str, value: Any) -> float:
        low, high = -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high
        whole = self.kind == "int"
        right = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not right or not low <= value <= high or (whole and value != int(value)):
            noun = "a whole number" if whole else "a number"
            raise TrainingError(f"The setting {name} is {value!r}; it must be {noun} from {self.low} to {self.high}.")
        return int(value) if whole else float(value)

    def to_json(self) -> dict[str, Any]:
        """A plain dict of every field."""
        return asdict(self)


def resolved(recipe: str, params: Mapping[str, Param], given: Mapping[str, Any]) -> dict[str, Any]:
    """A value for every param: the one `given`, checked, or its default."""
    unknown = sorted(set(given) - set(params))
    if unknown:
        known = ", ".join(sorted(params)) or "none"
        raise TrainingError(f"The recipe {recipe} has no setting {', '.join(unknown)}; it has {known}.")
    return {name: param.checked(name, given.get(name, param.default)) for name, param in params.items()}
