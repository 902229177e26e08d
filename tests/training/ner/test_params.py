import pytest

from training.ner import RECIPES, Param, Settings, TrainingError
from training.ner.params import resolved
from training.ner.recipes.network_params import NETWORK

PARAMS = {
    "rate": Param("float", 0.1, 0.0, 1.0),
    "steps": Param("int", 5, 1, 10),
    "on": Param("bool", True),
    "mode": Param("choice", "a", choices=("a", "b")),
}


def test_resolved_has_a_value_for_each():
    assert resolved("demo", PARAMS, {"steps": 7.0}) == {"rate": 0.1, "steps": 7, "on": True, "mode": "a"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rate": 2}, "rate is 2; it must be a number from 0.0 to 1.0"),
        ({"rate": float("nan")}, "rate is nan"),
        ({"rate": "0.5"}, "rate is '0.5'"),
        ({"rate": True}, "rate is True"),
        ({"steps": 2.5}, "steps is 2.5; it must be a whole number from 1 to 10"),
        ({"steps": float("inf")}, "steps is inf"),
        ({"on": 1}, "on is 1; it must be true or false"),
        ({"mode": "c"}, "mode is 'c'; choose a, b"),
        ({"speed": 1}, "demo has no setting speed; it has mode, on, rate, steps"),
    ],
)
def test_resolved_refuses_what_is_out_of_range(given, message):
    with pytest.raises(TrainingError, match=message):
        resolved("demo", PARAMS, given)


def test_every_recipes_defaults_are_in_their_own_range():
    for recipe in RECIPES.values():
        resolved(recipe.name, recipe.settings, {})
        for param in recipe.settings.values():
            assert param.help
            assert not param.log or param.low > 0


def test_network_params_are_the_settings():
    assert {*NETWORK, "seed"} == set(Settings().to_json())


def test_param_is_json():
    assert Param(**PARAMS["mode"].to_json()) == PARAMS["mode"]
