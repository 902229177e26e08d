"""Each alarm trips on what it is for, and on nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from training.traffic_alarms import LONGEST_MS, NAMES, Alarm, Limits, Pairs, alarms, quantile
from training.traffic_counts import Counts

Finds = Callable[[random.Random], Sequence[float]]


def usual(draw: random.Random) -> list[float]:
    """Scores of the entities of a note as others have them: three on average, a few doubtful."""
    return [0.3 if draw.random() < 0.05 else 0.9 for _ in range(draw.choice([1, 2, 3, 4, 5]))]


def traffic(notes: int, *, finds: Finds = usual, milliseconds: float = 15, seed: int = 1, **missed: int) -> Counts:
    draw, counts = random.Random(seed), Counts()
    for _ in range(notes):
        document: list[Any] = ["", 200, [[0, 1, "DISEASE", score] for score in finds(draw)]]
        counts.answered([document], milliseconds)
    for outcome, count in missed.items():
        for _ in range(count):
            counts.missed(outcome)
    return counts


CHAMPION = traffic(500)


def tripped(found: Sequence[Alarm]) -> list[str]:
    return [alarm.name for alarm in found if alarm.tripped]


def test_alarms_of_a_canary_like_the_champion_are_quiet() -> None:
    found = alarms(traffic(100, seed=2), CHAMPION, Limits(), pairs=Pairs(50, 5))
    assert [alarm.name for alarm in found] == list(NAMES)
    assert {alarm.verdict for alarm in found} == {"ok"}


@pytest.mark.parametrize(
    ("canary", "name"),
    [
        (traffic(0, failed=5), "failed"),
        (traffic(0, wrong=5), "wrong"),
        (traffic(0, slow=5), "latency"),
        (traffic(20, milliseconds=400), "latency"),
        (traffic(20, finds=lambda _: []), "empty"),
        (traffic(150, finds=lambda draw: [*usual(draw), *usual(draw)]), "entities"),
        (traffic(40, finds=lambda _: [0.3, 0.9, 0.9]), "doubtful"),
    ],
)
def test_alarm_trips_on_what_it_is_for(canary: Counts, name: str) -> None:
    assert tripped(alarms(canary, CHAMPION, Limits())) == [name]


def test_latency_of_what_was_given_up_lies_beyond_what_was_answered() -> None:
    few = {alarm.name: alarm for alarm in alarms(traffic(99, slow=1), CHAMPION, Limits())}
    many = {alarm.name: alarm for alarm in alarms(traffic(50, slow=20), CHAMPION, Limits())}
    assert 10 < few["latency"].value <= 20
    assert many["latency"].value == LONGEST_MS


def test_alarm_of_disagreement_needs_notes_that_both_read() -> None:
    canary = traffic(50)
    assert tripped(alarms(canary, CHAMPION, Limits(), pairs=Pairs(20, 18))) == ["disagreement"]
    assert alarms(canary, CHAMPION, Limits())[-1].verdict == "waiting"


def test_alarms_wait_for_five_requests() -> None:
    found = alarms(traffic(0, failed=4), CHAMPION, Limits())
    assert {alarm.verdict for alarm in found} == {"waiting"}


def test_alarms_that_compare_wait_for_the_champion() -> None:
    found = alarms(traffic(50, finds=lambda _: []), traffic(20), Limits())
    assert {alarm.name: alarm.verdict for alarm in found if alarm.verdict == "waiting"}.keys() >= {"empty", "latency"}


def test_alarm_of_a_canary_that_turned_bad_late_shows_the_last_minutes() -> None:
    whole = traffic(2_000, failed=12)
    assert tripped(alarms(whole, CHAMPION, Limits())) == []
    found = alarms(whole, CHAMPION, Limits(), recent=traffic(0, failed=12))
    assert tripped(found) == ["failed"]
    assert (found[0].n, found[0].value) == (12, 1.0)


def test_alarms_looked_at_after_each_note_are_quiet_for_a_good_canary() -> None:
    draw, canary = random.Random(3), Counts()
    for number in range(400):
        canary.answered([["", 200, [[0, 1, "DISEASE", score] for score in usual(draw)]]], 15)
        if number % 5 == 0:
            assert tripped(alarms(canary, CHAMPION, Limits())) == []


def test_quantile_of_latencies_lies_in_its_class() -> None:
    assert quantile({}, 0.95) is None
    assert quantile({"10": 100}, 0.5) == pytest.approx(7.5)
    assert quantile({"10": 90, "200": 10}, 0.95) == pytest.approx(150)
    assert quantile({"more": 1}, 0.95) <= LONGEST_MS
