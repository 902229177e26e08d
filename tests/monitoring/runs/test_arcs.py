"""The lines of the graph: one for each thing that a step takes."""

from __future__ import annotations

from monitoring.runs.arcs import arcs, height
from training.models import Run
from training.pipelines import PIPELINES


def test_arcs_are_one_a_thing_taken_and_those_of_the_chosen_step_lie_on_top() -> None:
    lines = arcs(["a", "b", "c"], {"b": ["a"], "c": ["a", "b"]}, "b")
    assert [(line.source, line.target, line.kind) for line in lines] == [
        ("a", "c", "arc"),
        ("a", "b", "chosen"),
        ("b", "c", "chosen"),
    ]


def test_arcs_to_the_next_row_are_straight_and_others_curve() -> None:
    lines = {(line.source, line.target): line.path for line in arcs(["a", "b", "c"], {"b": ["a"], "c": ["a"]}, "")}
    assert "V" in lines["a", "b"]
    assert "C" in lines["a", "c"]


def test_arcs_leave_out_what_the_run_has_no_step_for() -> None:
    assert arcs(["b"], {"b": ["gone"]}, "b") == []


def test_arcs_of_every_pipeline_stay_inside_the_drawing() -> None:
    for kind in Run.Kind:
        names = [spec.name for spec in PIPELINES[kind]]
        for line in arcs(names, {spec.name: spec.takes for spec in PIPELINES[kind]}, names[0]):
            numbers = [int(n) for n in line.path.replace("M", "").replace("C", " ").replace("V", " ").split()]
            assert all(0 <= number <= height(names) for number in numbers)
