"""The curve of a training, and its table."""

from __future__ import annotations

from typing import Any

from monitoring.runs import curve


def point(step: int, f1: float | None, loss: float = 1.0) -> dict[str, Any]:
    return {"step": step, "total": 100, "loss": loss, "dev_f1": f1, "words_per_second": 1.0}


def test_curve_has_only_the_points_at_which_f1_was_measured() -> None:
    figure = curve.figure([point(10, None), point(20, 0.5, 9.0), point(40, 0.75, 3.0)])
    assert figure is not None
    f1, loss = figure["data"]
    assert (f1["x"], f1["y"]) == ([20, 40], [0.5, 0.75])
    assert (loss["x"], loss["y"], loss["yaxis"]) == ([20, 40], [9.0, 3.0], "y2")


def test_curve_of_one_point_is_none_and_its_table_has_it() -> None:
    assert curve.figure([point(20, 0.5)]) is None
    table = curve.table([point(20, 0.5)])
    assert table is not None
    assert table.rows == [["20", "50.0 %", "1"]]


def test_curve_of_nothing_is_nothing() -> None:
    assert curve.figure([]) is None
    assert curve.table([point(3, None)]) is None


def test_curve_takes_the_last_of_two_looks_at_one_update() -> None:
    assert [one["dev_f1"] for one in curve.looks([point(20, 0.5), point(40, 0.4), point(40, 0.6)])] == [0.5, 0.6]


def test_table_of_a_long_training_is_thinned_and_keeps_the_last_look() -> None:
    table = curve.table([point(number, 0.5) for number in range(1, 1002)])
    assert table is not None
    assert len(table.rows) <= curve.ROWS + 1
    assert table.rows[-1][0] == "1,001"
