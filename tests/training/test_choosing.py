from __future__ import annotations

from training.choosing import Tried, next_recipe, worth_searching
from training.ner import RECIPES, Param
from training.search_space import distributions, search_space

NAMES = ("dictionary", "crf", "clinical")


def play(count, value_of, failing=()):
    """The recipes of `count` trials, each scored by `value_of` its recipe."""
    tried = []
    for _ in range(count):
        name = next_recipe(NAMES, tried)
        tried.append(Tried(name, None if name in failing else value_of[name], name in failing))
    return [one.recipe for one in tried]


def test_every_recipe_is_tried_once_first():
    assert play(3, dict.fromkeys(NAMES, 0.5)) == list(NAMES)


def test_leader_gets_two_trials_in_three_and_the_least_tried_the_third():
    order = play(12, {"dictionary": 0.5, "crf": 0.6, "clinical": 0.8})
    assert order[3:] == ["clinical", "clinical", "dictionary", "clinical", "clinical", "crf", *order[9:]]
    assert order[9:11] == ["clinical", "clinical"]


def test_leader_of_equals_is_the_earliest():
    assert play(4, dict.fromkeys(NAMES, 0.5))[3] == "dictionary"


def test_recipe_that_only_fails_is_left_alone():
    order = play(30, {"dictionary": 0.5, "crf": 0.6}, failing=("clinical",))
    assert order.count("clinical") == 2


def test_recipe_without_settings_is_tried_once():
    tried = [Tried(name, 0.5) for name in NAMES]
    for _ in range(12):
        tried.append(Tried(next_recipe(NAMES, tried, once=["dictionary"]), 0.5))
    assert [one.recipe for one in tried].count("dictionary") == 1


def test_trials_under_way_count_as_tried_and_have_no_value():
    tried = [Tried("dictionary", 0.5), Tried("crf"), Tried("clinical"), Tried("dictionary"), Tried("dictionary")]
    assert next_recipe(NAMES, tried) == "crf"


def test_nothing_scored_yet_goes_to_the_one_tried_least():
    assert next_recipe(NAMES, [Tried(name) for name in (*NAMES, "dictionary")]) == "crf"


def test_worth_searching_lies_in_what_every_recipe_allows():
    for recipe in RECIPES.values():
        space = worth_searching(recipe.settings)
        assert space
        distributions(search_space(recipe.settings, space))
    assert set(worth_searching(RECIPES["crf"].settings)) == {"c1", "c2"}
    assert set(worth_searching(RECIPES["clinical"].settings)) == {"learn_rate", "dropout", "batch_stop"}


def test_worth_searching_of_a_recipe_of_ones_own():
    own = {"gain": Param("float", 1.0, 0.0, 2.0), "open": Param("float", 1.0), "fast": Param("bool", False)}
    assert worth_searching(own) == {"gain": {}, "fast": {}}
    assert worth_searching({"dropout": Param("float", 0.1, 0.0, 0.2)}) == {"dropout": {"low": 0.05, "high": 0.2}}
    assert worth_searching({"dropout": Param("float", 0.7, 0.6, 0.8)}) == {"dropout": {}}
    assert worth_searching({}) == {}
