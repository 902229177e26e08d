"""Figures are what Plotly takes, and the sentences say what the numbers do."""

from __future__ import annotations

import json

import pytest
from plotly import graph_objects

from monitoring.experiment_charts import (
    Chart,
    Curve,
    Entry,
    Trial,
    leaderboard,
    learning_curves,
    optimisation_history,
    parameter_importance,
    reliability,
)

BINS = [{"low": 0.2, "high": 0.6, "n": 50, "confidence": 0.45, "accuracy": 0.4}]
BINS += [{"low": 0.6, "high": 1.0, "n": 50, "confidence": 0.9, "accuracy": 1.0}]
CURVES = [Curve("clinical", [100, 200, 300, 400], [0.6, 0.7, 0.8, 0.84]), Curve("crf", [100, 200], [None, 0.7])]
CLOSE = [Entry("crf", 0.80, 0.77, 0.83), Entry("clinical", 0.84, 0.81, 0.87), Entry("spacy", 0.7, 0.66, 0.74)]
TRIALS = [Trial(0, 0.8), Trial(2, 0.7), Trial(1, 0.85), Trial(3, None, "pruned"), Trial(4, None, "running")]
CHARTS = {
    "reliability": reliability(BINS, ece=0.075),
    "curves": learning_curves(CURVES),
    "leaderboard": leaderboard(CLOSE),
    "importance": parameter_importance({"depth": 0.2, "learn_rate": 0.8}),
    "history": optimisation_history(TRIALS),
}
NONE = {
    "reliability": reliability([], ece=None),
    "curves": learning_curves([Curve("clinical", [100], [None])]),
    "leaderboard": leaderboard([]),
    "importance": parameter_importance({}),
    "history": optimisation_history([Trial(0, None, "running")]),
}


@pytest.mark.parametrize("name", CHARTS)
def test_plotly_takes_the_figure(name: str) -> None:
    figure = CHARTS[name].figure
    assert figure is not None
    assert json.loads(json.dumps(figure)) == figure
    graph_objects.Figure(figure)  # raises on a property that Plotly does not know


@pytest.mark.parametrize("name", CHARTS)
def test_sentence_ends_and_has_a_number(name: str) -> None:
    says = CHARTS[name].says
    assert says.endswith(".")
    assert any(character.isdigit() for character in says)


@pytest.mark.parametrize("name", NONE)
def test_chart_without_rows_has_a_sentence_and_no_figure(name: str) -> None:
    assert NONE[name].figure is None
    assert NONE[name].says.endswith(".")


def test_reliability_has_a_whisker_for_each_bin_that_holds_the_point() -> None:
    points = traces(CHARTS["reliability"])[0]
    assert points["y"] == [0.4, 1.0]
    assert points["error_y"]["arrayminus"][0] == pytest.approx(0.4 - 0.276, abs=0.001)
    assert all(end >= 0 for side in ("array", "arrayminus") for end in points["error_y"][side])


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0.9, "surer than it should be"), (0.4, "too modest"), (0.7, "as sure as it should be")],
)
def test_reliability_says_which_way_confidence_is_off(confidence: float, words: str) -> None:
    bins = [{"n": 10, "confidence": confidence, "accuracy": 0.7}]
    assert reliability(bins, ece=0.2).says == (
        f"Confidence is off by 20.0 points on average (ECE) over 10 entities; the model is {words}."
    )


def test_learning_curves_say_where_each_is_best_and_whether_it_still_rises() -> None:
    says = CHARTS["curves"].says
    assert "clinical is best after 400 updates, with 84.0 %; it is still rising." in says
    assert "crf is best after 200 updates, with 70.0 %." in says
    flat = learning_curves([Curve("x", [1, 2, 3, 4], [0.6, 0.84, 0.84, 0.839])], unit="notes")
    assert flat.says == "x is best after 2 notes, with 84.0 %; it has levelled off."


def test_leaderboard_is_the_best_first_and_says_who_may_be_as_good() -> None:
    assert traces(CHARTS["leaderboard"])[0]["y"] == ["clinical", "crf", "spacy"]
    assert CHARTS["leaderboard"].says == (
        "clinical leads with 84.0 % (81.0 to 87.0); 1 of 2 others may be as good, as its interval reaches into its "
        "own: compare them in pairs."
    )
    assert leaderboard([CLOSE[1], CLOSE[2]]).says.endswith("its interval lies above all others.")
    assert leaderboard(CLOSE[:1]).says == "crf leads with 80.0 % (77.0 to 83.0)."


def test_importance_is_the_largest_first() -> None:
    assert traces(CHARTS["importance"])[0]["y"] == ["learn_rate", "depth"]
    assert CHARTS["importance"].says == "learn_rate explains 80 % of the differences between trials."


def test_history_is_in_order_of_the_trials_with_the_best_so_far() -> None:
    points, best = traces(CHARTS["history"])
    assert points["x"] == [0, 1, 2]
    assert best["y"] == [0.8, 0.85, 0.85]
    assert CHARTS["history"].says == (
        "Trial 1 is best with 85.0 %; none of the 1 complete ones after it was better (1 pruned)."
    )
    assert optimisation_history(TRIALS[:1]).says == "Trial 0 is best with 80.0 %; it is the latest complete one."


def traces(chart: Chart) -> list[dict[str, list[float]]]:
    assert chart.figure is not None
    found: list[dict[str, list[float]]] = chart.figure["data"]
    return found
