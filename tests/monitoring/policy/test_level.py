"""The level: each rule at its edge, what is too little, and how a level falls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.policy import Evidence, Judged, Kpi, Level, Reference, Share, Values, judge

VALUES = Values()
FULL = Reference(notes=500, days=3)
CALM = Evidence(answers=1000)
WARNED, GRAVE = {"words": Level.WARNING}, {"words": Level.CRITICAL}
GOOD = Kpi(0.90, 0.86, 0.93, 150)
HARMED = Kpi(0.84, 0.81, 0.87, 150)


def seen(**more: object) -> Evidence:
    return replace(CALM, **more)  # type: ignore[arg-type]


def rules(judged: Judged) -> set[str]:
    return {reason.rule for reason in judged.reasons}


def test_no_window_and_no_reference_say_nothing() -> None:
    assert judge([], VALUES, FULL).level == Level.NO_BASELINE
    young = judge([seen(drift=GRAVE)], VALUES, Reference(notes=499, days=6.9))
    assert (young.level, rules(young)) == (Level.NO_BASELINE, {"no_baseline"})
    assert judge([CALM], VALUES, Reference(notes=10, days=7)).level == Level.OK


@pytest.mark.parametrize(
    ("windows", "level", "rule"),
    [
        ([CALM], Level.OK, None),
        ([seen(answers=199)], Level.INSUFFICIENT, "too_little"),
        ([seen(kpi=Kpi(0.78, 0.75, 0.799, 100))], Level.CRITICAL, "kpi_floor"),
        ([seen(kpi=Kpi(0.78, 0.75, 0.80, 100))], Level.OK, None),
        ([seen(kpi=Kpi(0.78, 0.75, 0.799, 99))], Level.OK, None),
        ([seen(answers=10, kpi=Kpi(0.78, 0.75, 0.79, 100))], Level.CRITICAL, "kpi_floor"),
        ([seen(kpi=Kpi(0.86, 0.84, 0.88, 150, dropped=True))], Level.WARNING, "kpi_target"),
        ([seen(kpi=Kpi(0.86, 0.84, 0.88, 150))], Level.OK, None),
        ([seen(kpi=Kpi(0.88, 0.85, 0.91, 150, dropped=True))], Level.OK, None),
        ([seen(gaps=("city=Pune",))], Level.WARNING, "gap"),
        ([seen(drift=WARNED)], Level.OK, None),
        ([seen(drift=WARNED), CALM, seen(drift=WARNED)], Level.WARNING, "drift"),
        ([seen(drift=WARNED), CALM, CALM, seen(drift=WARNED)], Level.OK, None),
        ([seen(drift=WARNED), seen(drift={"labels": Level.WARNING})], Level.OK, None),
        ([seen(drift=GRAVE), seen(drift=GRAVE, kpi=GOOD)], Level.WARNING, "drift"),
        ([seen(drift=GRAVE), seen(drift=GRAVE, kpi=HARMED)], Level.CRITICAL, "drift_harm"),
        ([seen(drift=GRAVE), seen(drift=GRAVE, estimate=0.79)], Level.CRITICAL, "drift_harm"),
        ([seen(drift=GRAVE), seen(drift=GRAVE, novel=True)], Level.CRITICAL, "drift_harm"),
        ([seen(drift=GRAVE), seen(drift=WARNED, novel=True)], Level.WARNING, "drift"),
        ([seen(drift=WARNED), seen(drift=WARNED), seen(answers=5, drift=WARNED)], Level.INSUFFICIENT, "too_little"),
        ([seen(answers=3, drift=WARNED), seen(drift=WARNED)], Level.OK, None),
        ([seen(answers=3, estimate=0.1), seen(estimate=0.79)], Level.OK, None),
        ([seen(estimate=0.79), seen(estimate=0.79)], Level.WARNING, "estimate"),
        ([seen(estimate=0.79), seen(estimate=0.80)], Level.OK, None),
        ([seen(failed=Share(0.06, 50))], Level.CRITICAL, "failed"),
        ([seen(failed=Share(0.06, 49))], Level.OK, None),
        ([seen(failed=Share(0.05, 5000))], Level.OK, None),
        ([seen(empty=Share(0.95, 100))], Level.CRITICAL, "empty"),
        ([seen(unusable=Share(0.2, 100))], Level.CRITICAL, "format"),
    ],
)
def test_rule(windows: list[Evidence], level: Level, rule: str | None) -> None:
    judged = judge(windows, VALUES, FULL)
    assert (judged.level, rule in rules(judged) if rule else not judged.reasons) == (level, True)


def test_an_outage_needs_no_reference() -> None:
    judged = judge([seen(failed=Share(0.5, 100))], VALUES, Reference(notes=0, days=0))
    assert judged.level == Level.CRITICAL
    assert judged.reasons[0].sentence == "50.0% of 100 requests failed; 5.0% is the most allowed."


def test_quiet_for_longer_than_a_week_is_told() -> None:
    quiet = seen(answers=3)
    assert rules(judge([CALM, quiet], VALUES, FULL)) == {"too_little"}
    judged = judge([CALM, quiet, quiet], VALUES, FULL)
    assert (judged.level, rules(judged)) == (Level.INSUFFICIENT, {"too_little", "quiet"})
    assert {reason.level for reason in judged.reasons if reason.rule == "quiet"} == {Level.WARNING}


@pytest.mark.parametrize(
    ("windows", "standing", "level"),
    [
        ([CALM, CALM], Level.WARNING, Level.OK),
        ([seen(gaps=("a",)), CALM], Level.WARNING, Level.WARNING),
        ([CALM, seen(answers=5)], Level.WARNING, Level.WARNING),
        ([CALM], Level.WARNING, Level.WARNING),
        ([CALM, CALM], Level.CRITICAL, Level.OK),
        ([seen(gaps=("a",)), CALM], Level.CRITICAL, Level.WARNING),
        ([CALM, seen(gaps=("a",))], Level.CRITICAL, Level.WARNING),
        ([seen(failed=Share(1, 100)), CALM], Level.CRITICAL, Level.CRITICAL),
        ([CALM, seen(failed=Share(1, 100))], Level.WARNING, Level.CRITICAL),
        ([CALM], Level.INSUFFICIENT, Level.OK),
    ],
)
def test_a_level_rises_at_once_and_falls_after_two_clean_windows(
    windows: list[Evidence], standing: Level, level: Level
) -> None:
    judged = judge(windows, VALUES, FULL, standing)
    assert judged.level == level
    assert ("held" in rules(judged)) == (judged.level == standing != judge(windows, VALUES, FULL).level)


@pytest.mark.parametrize("figure", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(figure: float) -> None:
    for make in (lambda: Kpi(figure, 0, 1, 100), lambda: Share(figure, 10), lambda: seen(estimate=figure)):
        with pytest.raises(ValueError, match="is no number"):
            make()


SHARES = st.none() | st.builds(Share, st.floats(0, 1), st.integers(0, 10_000))
KPIS = st.none() | st.builds(
    lambda at, wide, notes, dropped: Kpi(at, max(0.0, at - wide), min(1.0, at + wide), notes, dropped),
    st.floats(0, 1),
    st.floats(0, 0.2),
    st.integers(0, 1000),
    st.booleans(),
)
WINDOWS = st.builds(
    Evidence,
    answers=st.integers(0, 5000),
    kpi=KPIS,
    drift=st.dictionaries(st.sampled_from(["words", "labels"]), st.sampled_from(list(Level))),
    estimate=st.none() | st.floats(0, 1),
    novel=st.booleans(),
    gaps=st.lists(st.just("city=Pune"), max_size=1).map(tuple),
    failed=SHARES,
    empty=SHARES,
    unusable=SHARES,
)


@given(st.lists(WINDOWS, max_size=5), st.sampled_from(list(Level)), st.integers(0, 1000))
def test_any_history_has_a_level_with_its_reasons(windows: list[Evidence], standing: Level, notes: int) -> None:
    judged = judge(windows, VALUES, Reference(notes=notes, days=0), standing)
    if judged.level.rank >= Level.WARNING.rank:
        assert judged.reasons
    assert all(reason.sentence.endswith(".") for reason in judged.reasons)
    again = judge(windows, VALUES, Reference(notes=notes, days=0), judged.level)
    assert again.level.rank <= judged.level.rank


@given(st.lists(WINDOWS, min_size=1, max_size=5))
def test_drift_without_harm_is_never_critical(windows: list[Evidence]) -> None:
    harmless = [
        replace(one, kpi=None, estimate=None, novel=False, failed=None, empty=None, unusable=None) for one in windows
    ]
    assert judge(harmless, VALUES, FULL).level != Level.CRITICAL
