"""The policy in plain words: what each setting that has an effect means, its unit, how it reads. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitoring.policy import Values


@dataclass(frozen=True, slots=True)
class Setting:
    """`unit` "%" is a share, shown times 100."""

    name: str
    title: str
    unit: str
    help: str

    @property
    def times(self) -> int:
        return 100 if self.unit == "%" else 1


SETTINGS = (
    Setting("target", "Target of F1", "%", "What is promised. It is met when the whole 95 % interval reaches it."),
    Setting("floor", "Floor of F1", "%", "What is never accepted. Below it is an interval that lies wholly under it."),
    Setting("audited_notes", "Audited notes needed", "notes", "With fewer, no figure of accuracy is told."),
)
_BY_NAME = {one.name: one for one in SETTINGS}


def read_out(name: str, value: Any) -> str:
    """A setting's value with its unit."""
    one = _BY_NAME.get(name)
    return f"{one.times * value:g} {one.unit}" if one else str(value)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What a version changed: ``Target of F1: 85 %, now 90 %``. What is missing has its default."""
    defaults = Values().to_json()
    old, new = {**defaults, **before}, {**defaults, **after}
    changed = [name for name, value in new.items() if old[name] != value]
    return [f"{_title(name)}: {read_out(name, old[name])}, now {read_out(name, new[name])}" for name in changed]


def _title(name: str) -> str:
    return _BY_NAME[name].title if name in _BY_NAME else name
