import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from training.ner import RECIPES, Param, TrainingError
from training.search_space import distributions, fitting, search_space

SETTINGS = {
    "depth": Param("int", 4, 1, 8),
    "width": Param("int", 96, 8, 256, log=True),
    "learn_rate": Param("float", 1e-3, 1e-6, 0.1, log=True),
    "fast": Param("bool", False),
    "vectors": Param("choice", "auto", choices=("auto", "on", "off")),
    "open": Param("float", 1.0),
}


def test_search_space_near_the_defaults():
    found = search_space(SETTINGS, {"depth": {}, "width": {}, "learn_rate": {}, "vectors": {}})
    assert [(found[name].low, found[name].high) for name in ("depth", "width")] == [(1, 8), (24, 256)]
    assert (found["learn_rate"].low, found["learn_rate"].high) == pytest.approx((0.00025, 0.004))
    assert found["vectors"].choices == ("auto", "on", "off")


def test_search_space_that_somebody_chose():
    found = search_space(SETTINGS, {"depth": {"low": 2, "high": 3}, "vectors": {"choices": ["on", "off"]}})
    assert (found["depth"].low, found["depth"].high) == (2, 3)
    assert found["vectors"].choices == ("on", "off")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"speed": {}}, "There is no setting speed; choose among depth"),
        ({"depth": {"low": 0}}, "depth is 0; it must be a whole number from 1 to 8"),
        ({"depth": {"low": 5, "high": 3}}, "The range of depth is from 5 to 3"),
        ({"depth": {"low": "many"}}, "depth is 'many'"),
        ({"vectors": {"choices": ["maybe"]}}, "vectors is 'maybe'"),
    ],
)
def test_search_space_that_can_not_be_is_a_sentence(chosen, said):
    with pytest.raises(TrainingError, match=said):
        search_space(SETTINGS, chosen)


def test_distributions_are_those_of_the_settings():
    space = search_space(SETTINGS, {name: {} for name in SETTINGS if name != "open"})
    assert distributions(space) == {
        "depth": IntDistribution(1, 8),
        "fast": CategoricalDistribution([False, True]),
        "learn_rate": FloatDistribution(0.00025, 0.004, log=True),
        "vectors": CategoricalDistribution(["auto", "on", "off"]),
        "width": IntDistribution(24, 256, log=True),
    }


def test_range_without_ends_is_a_sentence():
    with pytest.raises(TrainingError, match="open has no lowest or no highest value"):
        distributions({"open": SETTINGS["open"]})


@pytest.mark.parametrize("name", RECIPES)
def test_every_setting_of_every_recipe_can_be_searched(name):
    settings = RECIPES[name].settings
    space = search_space(settings, {setting: {} for setting in settings})
    defaults = {setting: param.default for setting, param in settings.items()}
    assert fitting(defaults, distributions(space)) == defaults


def test_fitting_leaves_out_what_is_outside():
    known = distributions({name: SETTINGS[name] for name in ("depth", "vectors")})
    assert fitting({"depth": 9, "vectors": "on", "gone": 1}, known) == {"vectors": "on"}
    assert fitting({"depth": True}, known) == {}
