"""Rules in plain words: each has some, and a version says what it changed."""

from __future__ import annotations

import pytest

from monitoring.runs.rule_words import RULES, differences, read_out
from training.rules import Rules


def test_every_rule_has_words_and_no_other_has() -> None:
    assert set(RULES) == set(Rules().to_json())


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("new_gold", 1200, "1,200 notes"),
        ("margin", 0.025, "2.5 %"),
        ("automatic", False, "no"),
        ("every_days", 0, "never"),
        ("latency_ms", 500.0, "500 milliseconds"),
        ("uat", "first", "for the first version of the project"),
        ("label_floors", {"DISEASE": 0.7}, "DISEASE: 70 %"),
        ("label_floors", {}, "none"),
        ("settings", {"max_steps": 800}, "max_steps: 800"),
        ("recipe", "crf", "crf"),
    ],
)
def test_read_out_of_a_value(name: str, value: object, said: str) -> None:
    assert read_out(name, value) == said


def test_differences_count_what_is_missing_as_its_default() -> None:
    assert differences({}, {"new_gold": 20, "margin": 0.02}) == ["New gold needed: 50 notes, now 20 notes"]
    assert differences({"new_gold": 20}, {"new_gold": 20, "recipe": "crf"}) == ["Recipe: clinical, now crf"]
    assert differences({"new_gold": 20}, {"new_gold": 20}) == []
