import math

import pytest

from training.ner import Param
from training.tuning import State, TrialRow, ask, best, importance, should_prune, study_of

SPACE = {
    "depth": Param("int", 4, 1, 8),
    "learn_rate": Param("float", 1e-3, 1e-4, 1e-1, log=True),
    "fast": Param("bool", False),
    "vectors": Param("choice", "on", choices=("on", "off")),
}


def quality(params):
    """Best at a learning rate of .01; the depth matters less, the rest not at all."""
    return 0.9 - 0.1 * (math.log10(params["learn_rate"]) + 2) ** 2 - 0.002 * (params["depth"] - 5) ** 2


def tuned(count, seed=1, rows=()):
    rows = list(rows)
    while len(rows) < count:
        params = ask(study_of(rows, SPACE, direction="maximize", seed=seed), SPACE)
        rows.append(TrialRow(len(rows), params, State.COMPLETE, quality(params)))
    return rows


def running(values, number=99):
    return TrialRow(number, {}, State.RUNNING, None, dict(enumerate(values, start=1)))


def ended(curves):
    return [
        TrialRow(n, {}, State.COMPLETE, curve[-1], dict(enumerate(curve, start=1))) for n, curve in enumerate(curves)
    ]


FIVE = ended([[0.3, 0.5], [0.4, 0.6], [0.5, 0.7], [0.6, 0.8], [0.7, 0.9]])


def test_first_trial_has_the_defaults():
    params = tuned(1)[0].params
    assert params == {"depth": 4, "learn_rate": 1e-3, "fast": False, "vectors": "on"}


def test_ask_gives_plain_values_within_the_space():
    for row in tuned(12):
        assert type(row.params["depth"]) is int
        assert 1 <= row.params["depth"] <= 8
        assert 1e-4 <= row.params["learn_rate"] <= 1e-1
        assert row.params["fast"] in (True, False)
        assert row.params["vectors"] in ("on", "off")


def test_random_trials_differ_from_each_other():
    assert len({row.params["learn_rate"] for row in tuned(6)}) == 6


def test_tuning_finds_better_settings_than_the_defaults():
    rows = tuned(30)
    assert best(rows).value > rows[0].value + 0.09


def test_tuning_goes_on_after_a_crash_as_if_nothing_had_happened():
    """The study is made of the rows: whoever asks, with the same rows and seed the next settings are the same."""
    whole = tuned(14)
    again = tuned(14, rows=whole[:9])
    assert [row.params for row in again] == [row.params for row in whole]


def test_another_seed_searches_elsewhere():
    assert [row.params for row in tuned(8, seed=2)] != [row.params for row in tuned(8, seed=1)]


def test_parallel_trials_do_not_get_the_same_settings():
    rows = tuned(10)
    for _ in range(3):
        params = ask(study_of(rows, SPACE, direction="maximize", seed=1), SPACE)
        rows.append(TrialRow(len(rows), params, State.RUNNING))
    assert len({row.params["learn_rate"] for row in rows[10:]}) == 3


def test_study_takes_trials_that_failed_diverged_were_stopped_or_are_outside_the_space():
    odd = [
        TrialRow(0, {"learn_rate": 0.01}, State.FAILED),
        TrialRow(1, {"learn_rate": 0.01, "depth": 3}, State.COMPLETE, math.nan, {1: math.nan}),
        TrialRow(2, {"learn_rate": 0.02}, State.PRUNED, None, {1: 0.2}),
        TrialRow(3, {"learn_rate": 50.0, "depth": "deep", "gone": 1}, State.COMPLETE, 0.5),
    ]
    study = study_of(odd, SPACE, direction="maximize", seed=0)
    assert [trial.state.name for trial in study.trials] == ["FAIL", "FAIL", "PRUNED", "COMPLETE"]
    assert study.trials[3].params == {}
    assert set(ask(study, SPACE)) == set(SPACE)


@pytest.mark.parametrize(
    ("values", "pruned"), [([0.1, 0.2], True), ([0.8, 0.9], False), ([0.1, 0.75], False), ([], False)]
)
def test_trial_below_the_median_of_the_others_is_stopped(values, pruned):
    assert should_prune(FIVE, running(values), direction="maximize") is pruned


def test_trial_is_not_stopped_at_its_first_look_nor_before_five_others_have_ended():
    assert not should_prune(FIVE, running([0.1]), direction="maximize", warmup=2)
    assert not should_prune(FIVE[:4], running([0.1, 0.1]), direction="maximize")
    assert not should_prune([*FIVE[:4], running([0.9, 0.9], 5)], running([0.1, 0.1]), direction="maximize")


def test_trial_is_not_compared_with_itself():
    own = running([0.1, 0.2], 2)
    assert not should_prune([*FIVE[:2], own, *FIVE[3:]], own, direction="maximize")


def test_smaller_is_better_where_that_is_the_direction():
    assert should_prune(FIVE, running([0.8, 0.9]), direction="minimize")
    assert best(FIVE, direction="minimize").number == 0


def test_diverged_trial_has_no_value_to_be_stopped_by():
    assert not should_prune(FIVE, running([math.nan, math.nan]), direction="maximize")


def test_importance_is_of_what_the_result_depends_on():
    found = importance(tuned(25), SPACE)
    assert next(iter(found)) == "learn_rate"
    assert sum(found.values()) == pytest.approx(1)
    assert found == importance(tuned(25), SPACE)


def test_importance_of_nothing_to_say_is_empty():
    rows = tuned(6)
    assert importance(rows[:4], SPACE) == {}
    assert importance([TrialRow(r.number, r.params, r.state, 0.5) for r in rows], SPACE) == {}
    assert importance(rows, {}) == {}


def test_importance_leaves_out_a_setting_that_some_trial_lacks():
    rows = tuned(10)
    short = TrialRow(10, {"learn_rate": 0.05}, State.COMPLETE, 0.1)
    assert set(importance([*rows, short], SPACE)) == {"learn_rate"}


def test_best_is_the_earliest_of_equals_and_none_without_a_result():
    rows = [TrialRow(n, {}, State.COMPLETE, value) for n, value in enumerate([0.5, 0.8, 0.8, math.nan])]
    assert best(rows).number == 1
    assert best([TrialRow(0, {}, State.FAILED)]) is None
