from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from monitoring.policy import Values, ValuesError, read
from monitoring.policy.values import BOUNDS


def test_what_is_not_said_has_its_default() -> None:
    assert read({}) == Values()
    assert read({"target": 0.9, "window_days": 1}) == Values(target=0.9, window_days=1)
    assert read(Values(floor=0.5).to_json()) == Values(floor=0.5)


def test_every_number_has_bounds_that_hold_its_default() -> None:
    values = Values().to_json()
    assert set(BOUNDS) == {one.name for one in fields(Values)} - {"automation"}
    assert all(low <= values[name] <= high for name, (low, high) in BOUNDS.items())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"targets": 1}, "There is no setting 'targets'"),
        ({"target": 1.1}, "target is 1.1; give a number from 0 to 1"),
        ({"target": "high"}, "target is 'high'"),
        ({"target": True}, "target is True"),
        ({"target": float("nan")}, "target is nan"),
        ({"window_days": 1.5}, "window_days is 1.5; give a whole number from 1 to 28"),
        ({"automation": "all"}, "automation is 'all'; use one of none, collect, retrain, approve"),
        ({"floor": 0.9}, "The floor 0.9 is above the target 0.85"),
    ],
)
def test_what_can_not_be_is_refused(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValuesError, match=said):
        read(values)
