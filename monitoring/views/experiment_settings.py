"""The table of a recipe's settings: which vary and in which range, and what the others are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.ner import Param, Recipe, TrainingError
from training.search_space import search_space

ON = "on"


@dataclass(frozen=True, slots=True)
class Row:
    """A setting as the form shows it, with what was said of it or its defaults."""

    name: str
    param: Param
    value: str
    low: str
    high: str
    varies: bool

    @property
    def is_number(self) -> bool:
        return self.param.kind in ("int", "float")

    @property
    def choices(self) -> tuple[str, ...]:
        return self.param.choices if self.param.kind == "choice" else ("true", "false")


def table(recipe: Recipe, said: Mapping[str, str] | None = None) -> list[Row]:
    """A row for each setting. `said` is what was sent; None: nothing was."""
    near = search_space(recipe.settings, {name: {} for name in recipe.settings})
    return [_row(name, param, near[name], said) for name, param in recipe.settings.items()]


def _row(name: str, param: Param, near: Param, said: Mapping[str, str] | None) -> Row:
    defaults = {"value": param.default, "low": near.low, "high": near.high}
    words = {part: _written(value) for part, value in defaults.items()}
    if said is not None:
        words |= {part: said.get(f"{part}-{name}", word) for part, word in words.items()}
    return Row(name, param, **words, varies=said is not None and said.get(f"vary-{name}") == ON)


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.6g}"
    return str(value)


def read(rows: list[Row]) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The ranges of the settings that vary, and the values of the others. Raises TrainingError."""
    space = {row.name: _range(row) for row in rows if row.varies}
    return space, {row.name: _value(row.name, row.param, row.value) for row in rows if not row.varies}


def _range(row: Row) -> dict[str, Any]:
    if not row.is_number:
        return {}
    return {end: _value(row.name, row.param, said) for end, said in (("low", row.low), ("high", row.high))}


def _value(name: str, param: Param, said: str) -> Any:
    """What was written, as the setting's kind."""
    if param.kind == "choice":
        return param.checked(name, said)
    if param.kind == "bool":
        return param.checked(name, {"true": True, "false": False}.get(said, said))
    try:
        return param.checked(name, float(said))
    except ValueError as error:
        if isinstance(error, TrainingError):
            raise
        raise TrainingError(f"The setting {name} is {said!r}; give a number.") from error
