"""Whether a champion, or what is known of it, has grown old. The level of a window takes no notice of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitoring.policy.level import Level, Reason
from monitoring.policy.values import Values

# The rules, and the keys of what is told of them.
MODEL, AUDITS = "stale_model", "stale_audits"


@dataclass(frozen=True, slots=True)
class Ages:
    """Whole days since the champion was trained, since an audit was finished (None: never), since a model serves."""

    trained: int
    audited: int | None
    served: int


def stale(ages: Ages, values: Values) -> tuple[Reason, ...]:
    """What has grown too old; empty when all is fresh."""
    return tuple(_stale(ages, values))


def _stale(ages: Ages, values: Values) -> Iterator[Reason]:
    if ages.trained > values.fresh_days:
        said = f"The champion was trained {ages.trained:,} days ago, more than {values.fresh_days}"
        yield Reason(MODEL, Level.WARNING, f"{said}; train it on newer notes.")
    # Nobody can audit what was not answered yet.
    without = ages.served if ages.audited is None else ages.audited
    if without > values.audit_days:
        never = "No note was ever audited, and a model has served for"
        said = f"{never if ages.audited is None else 'No note was audited for'} {without:,} days"
        yield Reason(AUDITS, Level.WARNING, f"{said}, more than {values.audit_days}; finish audits.")
