"""The rules of training: bounds, and changes as versions."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from annotation.errors import ActionError, TooLate
from annotation.models import Project
from tests.conftest import Cast
from tests.together import together
from training.actions.rules import change
from training.in_force import order_of, rules_of
from training.models import Run, TrainingRules
from training.rules import BOUNDS, Rules, RulesError, read


def test_read_gives_defaults_for_what_is_missing() -> None:
    assert read({}) == Rules()
    assert read({"new_gold": 7}) == Rules(new_gold=7)
    assert read(Rules().to_json()) == Rules()


@pytest.mark.parametrize("name", BOUNDS)
def test_read_takes_both_bounds_and_nothing_beyond(name: str) -> None:
    low, high = BOUNDS[name]
    assert getattr(read({name: low}), name) == low
    assert getattr(read({name: high}), name) == high
    for value in (low - 1, high + 1, "5", None, True, float("nan")):
        with pytest.raises(RulesError, match=name):
            read({name: value})


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"uat": "sometimes"}, "use one of always, first, never"),
        ({"deploy": "slowly"}, "use one of at_once, canary"),
        ({"label_floors": {"DISEASE": 1.2}}, "The floor of DISEASE is 1.2"),
        ({"label_floors": {"DISEASE": "high"}}, "give a share from 0 to 1"),
        ({"speed": 1}, "There is no rule 'speed'"),
    ],
)
def test_read_of_what_can_not_be_says_what_can(values: dict[str, Any], says: str) -> None:
    with pytest.raises(RulesError, match=says):
        read(values)


def test_change_keeps_what_it_does_not_name(project: Project, cast: Cast) -> None:
    change(project=project, values={"new_gold": 20}, by=cast.lead, reason=" Small clinic. ")
    second = change(project=project, values={"margin": 0.01}, by=cast.lead, base=1)
    assert rules_of(project) == Rules(new_gold=20, margin=0.01)
    assert second.version == 2
    first = TrainingRules.objects.get(version=1)
    assert (first.reason, first.created_by, first.values) == ("Small clinic.", cast.lead, {"new_gold": 20})


def test_change_out_of_bounds_changes_nothing(project: Project, cast: Cast) -> None:
    with pytest.raises(ActionError, match="give a number from 1 to"):
        change(project=project, values={"new_gold": 0}, by=cast.lead)
    assert rules_of(project) == Rules()


def test_change_over_a_version_that_was_not_seen_is_refused(project: Project, cast: Cast) -> None:
    change(project=project, values={"new_gold": 20}, by=cast.lead, base=0)
    with pytest.raises(TooLate, match="Version 1 of the rules was saved after"):
        change(project=project, values={"new_gold": 30}, by=cast.lead, base=0)
    assert rules_of(project).new_gold == 20


def test_rules_of_another_project_are_its_own(project: Project, cast: Cast) -> None:
    change(project=project, values={"new_gold": 20}, by=cast.lead)
    assert rules_of(Project.objects.get(slug="elsewhere")) == Rules()


def test_order_of_a_run_takes_settings_of_the_rules_only_with_their_recipe(project: Project) -> None:
    change(project=project, values={"recipe": "crf", "settings": {"c2": 0.3}, "seeds": 3}, by=None)
    plain = Run(project=project, seed=5)
    assert order_of(plain) == {"recipe": "crf", "settings": {"c2": 0.3}, "seeds": 3, "seed": 5}
    other = Run(project=project, params={"recipe": "clinical", "seeds": 1})
    assert order_of(other) == {"recipe": "clinical", "settings": {}, "seeds": 1, "seed": 0}


def test_version_can_not_be_there_twice(project: Project) -> None:
    TrainingRules.objects.create(project=project, version=1, values={})
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingRules.objects.create(project=project, version=1, values={})


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_on_one_base_make_one_version(project: Project, cast: Cast) -> None:
    works = [lambda n=n: change(project=project, values={"new_gold": n}, by=cast.lead, base=0) for n in (10, 20, 30)]
    results = together(*works)
    assert sum(isinstance(one, TooLate) for one in results) == 2
    assert TrainingRules.objects.count() == 1
