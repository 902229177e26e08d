import json

import pytest

from training.gate_results import Check, GateResult


@pytest.mark.parametrize(
    ("said", "passed"),
    [([True, True], True), ([True, None], True), ([True, False], False), ([None, None], False), ([], False)],
)
def test_gate_is_passed_when_none_failed_and_one_was_carried_out(said, passed):
    assert GateResult("quality", [Check("c", one, "Said.") for one in said]).passed is passed


def test_gate_names_the_notes_of_what_failed_once():
    checks = [
        Check("a", False, "A.", notes=[3, 1]),
        Check("b", True, "B.", notes=[9]),
        Check("c", False, "C.", notes=[1, 4]),
    ]
    assert GateResult("quality", checks).notes == [3, 1, 4]


def test_gate_is_plain_json():
    found = GateResult("quality", [Check("a", None, "A.", {"f1": 0.5}, (1,))]).to_json()
    check = {"name": "a", "passed": None, "sentence": "A.", "figures": {"f1": 0.5}, "notes": [1]}
    assert json.loads(json.dumps(found)) == {"name": "quality", "passed": False, "checks": [check]}
