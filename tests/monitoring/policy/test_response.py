"""The response machine, searched through: every state that can be reached, by every event, whatever the settings."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.policy import Action, Event, Kind, Level, Move, NotNowError, Standing, State, Values, respond

NOW = datetime(2026, 7, 1, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=3), NOW - timedelta(days=30)
VALUES = Values(automation="approve")
EVENTS = [
    *(Event(Kind.LEVEL, level=level) for level in Level),
    *(Event(kind) for kind in Kind if kind not in (Kind.LEVEL, Kind.OVERRIDE)),
    Event(Kind.OVERRIDE, until=LATER),
]
AUTOMATIC = {Action.COLLECT, Action.START_PIPELINE, Action.APPROVE}
BY_PEOPLE = {Kind.OVERRIDE, Kind.RETRAIN, Kind.INVESTIGATE, Kind.STOP, Kind.RESUME}


def timeless(standing: Standing) -> Standing:
    """As it is once every time is past: what waits is due, and no cooldown holds."""
    return replace(
        standing,
        retrained_at=standing.retrained_at and EARLIER,
        snoozed_until=standing.snoozed_until and EARLIER,
    )


def moves(standing: Standing) -> list[tuple[Event, Move]]:
    found = []
    for event in EVENTS:
        try:
            found.append((event, respond(standing, event, VALUES, NOW)))
        except NotNowError:
            assert event.kind in BY_PEOPLE
    return found


def search() -> dict[Standing, list[tuple[Event, Move]]]:
    reached: dict[Standing, list[tuple[Event, Move]]] = {}
    waiting = deque([Standing()])
    while waiting:
        standing = waiting.popleft()
        if standing not in reached:
            reached[standing] = moves(standing)
            waiting += [timeless(move.standing) for _, move in reached[standing]]
    return reached


REACHED = search()
EDGES = [(standing, event, move) for standing, found in REACHED.items() for event, move in found]


def test_every_state_is_reached_with_every_level_that_it_can_have() -> None:
    pairs = {(standing.state, standing.level) for standing in REACHED}
    assert {state for state, _ in pairs} == set(State)
    critical = {state for state, level in pairs if level == Level.CRITICAL}
    assert critical == {State.INVESTIGATING, State.SNOOZED, State.AWAITING_APPROVAL, State.DEPLOYING}


def test_service_is_only_entered_by_approval() -> None:
    entered = {event.kind for before, event, move in EDGES if State.DEPLOYING == move.standing.state != before.state}
    assert entered == {Kind.APPROVED}
    assert all(event.kind == Kind.APPROVED for _, event, move in EDGES if Action.DEPLOY in move.actions)


def test_nothing_but_the_clinicians_test_or_an_override_leaves_a_critical_investigation() -> None:
    left = {
        event.kind
        for before, event, move in EDGES
        if (before.state, before.level) == (State.INVESTIGATING, Level.CRITICAL) and move.standing.state != before.state
    }
    assert left == {Kind.UAT_PASSED, Kind.OVERRIDE}


def test_what_is_critical_is_never_idle_and_only_goes_into_service_tested() -> None:
    for standing in REACHED:
        if standing.level == Level.CRITICAL:
            assert standing.state not in (State.IDLE, State.COLLECTING, State.RETRAINING)
            assert standing.tested or standing.state in (State.INVESTIGATING, State.SNOOZED)


def test_every_state_can_come_to_rest() -> None:
    before: dict[Standing, set[Standing]] = {standing: set() for standing in REACHED}
    for standing, _, move in EDGES:
        before[timeless(move.standing)].add(standing)
    able = {standing for standing in REACHED if standing.state == State.IDLE}
    waiting = list(able)
    while waiting:
        fresh = before[waiting.pop()] - able
        able |= fresh
        waiting += fresh
    assert able == set(REACHED)


def test_nothing_is_done_by_itself_while_automation_is_off() -> None:
    for standing, event, move in EDGES:
        if standing.stopped and event.kind != Kind.RETRAIN:
            assert not AUTOMATIC & set(move.actions), (standing, event)


def test_what_comes_to_rest_is_not_frozen_and_audits_as_usual() -> None:
    """Freezing and audits, followed along every path."""
    start = (Standing(), False, Action.AUDIT_AS_USUAL)
    seen, waiting = {start}, [start]
    while waiting:
        standing, frozen, audit = waiting.pop()
        for _, move in REACHED[standing]:
            now, rate = frozen, audit
            for action in move.actions:
                now = {Action.FREEZE: True, Action.UNFREEZE: False}.get(action, now)
                rate = action if action.value.startswith("audit") else rate
            if move.standing.state in (State.IDLE, State.COLLECTING):
                assert not now, (standing, move)
            if move.standing.state == State.IDLE:
                assert rate == Action.AUDIT_AS_USUAL, (standing, move)
            after = (timeless(move.standing), now, rate)
            if after not in seen:
                seen.add(after)
                waiting.append(after)


def test_what_is_critical_asks_for_review_until_it_is_no_more() -> None:
    for before, event, move in EDGES:
        rose = move.standing.level == Level.CRITICAL != before.level
        fell = before.level == Level.CRITICAL != move.standing.level
        assert (Action.NEEDS_REVIEW_ON in move.actions) >= rose, (before, event)
        assert (Action.NEEDS_REVIEW_OFF in move.actions) >= fell, (before, event)


def test_the_same_event_again_changes_nothing_or_is_refused() -> None:
    for _, event, move in EDGES:
        if not move.moved or event.kind in (Kind.RETRAIN, Kind.FAILED):
            continue
        try:
            again = respond(move.standing, event, VALUES, NOW)
        except NotNowError:
            continue
        twice = again.standing.state == move.standing.state and not AUTOMATIC & set(again.actions)
        # A version that is tested while it waits is not the one that an investigation waits for.
        assert twice or event.kind in (Kind.DEPLOYED, Kind.UAT_PASSED), (event, move.standing)


def at(state: State, level: Level = Level.WARNING, **more: object) -> Standing:
    return replace(Standing(state=state, level=level), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "event", "state", "actions"),
    [
        (Standing(), Event(Kind.LEVEL, level=Level.WARNING), State.COLLECTING, {Action.COLLECT, Action.AUDIT_TWICE}),
        (at(State.COLLECTING), Event(Kind.ENOUGH_GOLD), State.RETRAINING, {Action.START_PIPELINE}),
        (at(State.COLLECTING), Event(Kind.LEVEL, level=Level.OK), State.IDLE, {Action.AUDIT_AS_USUAL}),
        (at(State.RETRAINING), Event(Kind.GATES_PASSED), State.AWAITING_APPROVAL, {Action.APPROVE}),
        (at(State.RETRAINING), Event(Kind.FAILED), State.COLLECTING, {Action.NOTIFY}),
        (at(State.RETRAINING, tries=1), Event(Kind.FAILED), State.INVESTIGATING, {Action.FREEZE}),
        (at(State.AWAITING_APPROVAL), Event(Kind.APPROVED), State.DEPLOYING, {Action.DEPLOY}),
        (at(State.AWAITING_APPROVAL), Event(Kind.REJECTED), State.COLLECTING, set()),
        (at(State.AWAITING_APPROVAL, Level.OK), Event(Kind.REJECTED), State.IDLE, {Action.UNFREEZE}),
        (
            at(State.AWAITING_APPROVAL, Level.CRITICAL, tested=True),
            Event(Kind.REJECTED),
            State.INVESTIGATING,
            {Action.OPEN_INVESTIGATION},
        ),
        (at(State.DEPLOYING), Event(Kind.DEPLOYED), State.IDLE, {Action.NEW_REFERENCE, Action.UNFREEZE}),
        (at(State.DEPLOYING), Event(Kind.ROLLED_BACK), State.INVESTIGATING, {Action.FREEZE}),
        (
            at(State.DEPLOYING),
            Event(Kind.LEVEL, level=Level.CRITICAL),
            State.INVESTIGATING,
            {Action.STOP_ROLLOUT, Action.FREEZE, Action.RESCORE_STANDBYS, Action.AUDIT_FOUR_TIMES, Action.NOTIFY},
        ),
        (at(State.DEPLOYING, tested=True), Event(Kind.LEVEL, level=Level.CRITICAL), State.DEPLOYING, {Action.NOTIFY}),
        (
            at(State.RETRAINING),
            Event(Kind.LEVEL, level=Level.CRITICAL),
            State.INVESTIGATING,
            {Action.CANCEL_PIPELINE, Action.NEEDS_REVIEW_ON},
        ),
        (at(State.INVESTIGATING, Level.CRITICAL), Event(Kind.UAT_PASSED), State.AWAITING_APPROVAL, {Action.NOTIFY}),
        (at(State.INVESTIGATING), Event(Kind.OVERRIDE, until=LATER), State.SNOOZED, {Action.UNFREEZE}),
        (
            at(State.SNOOZED, Level.CRITICAL, snoozed_until=NOW),
            Event(Kind.EXPIRED),
            State.INVESTIGATING,
            {Action.FREEZE},
        ),
        (at(State.SNOOZED, snoozed_until=NOW), Event(Kind.EXPIRED), State.COLLECTING, {Action.COLLECT}),
    ],
)
def test_move(before: Standing, event: Event, state: State, actions: set[Action]) -> None:
    move = respond(before, event, VALUES, NOW)
    assert move.moved
    assert move.standing.state == state
    assert actions <= set(move.actions)
    assert move.sentence.endswith(".")


def test_what_was_put_off_as_a_warning_is_investigated_when_it_is_critical() -> None:
    snoozed = at(State.SNOOZED, snoozed_until=LATER)
    move = respond(snoozed, Event(Kind.LEVEL, level=Level.CRITICAL), VALUES, NOW)
    assert (move.standing.state, move.standing.snoozed_until) == (State.INVESTIGATING, None)
    put_off = respond(move.standing, Event(Kind.OVERRIDE, until=LATER), VALUES, NOW).standing
    assert respond(put_off, Event(Kind.LEVEL, level=Level.CRITICAL), VALUES, NOW).standing.state == State.SNOOZED


def test_a_failed_training_that_nothing_warned_of_comes_to_rest() -> None:
    asked = respond(Standing(level=Level.OK), Event(Kind.RETRAIN), VALUES, NOW).standing
    failed = respond(asked, Event(Kind.FAILED), VALUES, NOW)
    assert (failed.standing.state, failed.standing.tries) == (State.IDLE, 0)


def test_people_are_told_once_that_the_policy_does_nothing() -> None:
    warned = respond(Standing(stopped=True), Event(Kind.LEVEL, level=Level.WARNING), VALUES, NOW)
    again = respond(warned.standing, Event(Kind.LEVEL, level=Level.WARNING), VALUES, NOW)
    assert [(move.moved, Action.NOTIFY in move.actions) for move in (warned, again)] == [(True, True), (False, False)]


def test_trainings_keep_a_distance() -> None:
    collecting = at(State.COLLECTING, retrained_at=NOW - timedelta(hours=23))
    waits = respond(collecting, Event(Kind.ENOUGH_GOLD), VALUES, NOW)
    assert (waits.standing, waits.actions, waits.moved) == (collecting, (), False)
    assert "2026-07-01 01:00" in waits.sentence
    goes = respond(collecting, Event(Kind.ENOUGH_GOLD), VALUES, NOW + timedelta(hours=1))
    assert goes.standing.retrained_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("automation", "collects", "trains", "approves"),
    [("none", 0, 0, 0), ("collect", 1, 0, 0), ("retrain", 1, 1, 0), ("approve", 1, 1, 1)],
)
def test_automation_goes_as_far_as_the_policy_says(automation: str, collects: int, trains: int, approves: int) -> None:
    values = Values(automation=automation)
    warned = respond(Standing(), Event(Kind.LEVEL, level=Level.WARNING), values, NOW)
    gold = respond(at(State.COLLECTING), Event(Kind.ENOUGH_GOLD), values, NOW)
    passed = respond(at(State.RETRAINING), Event(Kind.GATES_PASSED), values, NOW)
    told = [Action.COLLECT in warned.actions, Action.START_PIPELINE in gold.actions, Action.APPROVE in passed.actions]
    assert told == [bool(collects), bool(trains), bool(approves)]


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (at(State.IDLE), Event(Kind.OVERRIDE, until=LATER)),
        (at(State.INVESTIGATING), Event(Kind.OVERRIDE, until=NOW)),
        (at(State.INVESTIGATING), Event(Kind.OVERRIDE)),
        (at(State.INVESTIGATING), Event(Kind.OVERRIDE, until=NOW + timedelta(days=31))),
        (at(State.INVESTIGATING, Level.CRITICAL), Event(Kind.RETRAIN)),
        (at(State.DEPLOYING), Event(Kind.INVESTIGATE)),
        (Standing(), Event(Kind.RESUME)),
        (Standing(stopped=True), Event(Kind.STOP)),
    ],
)
def test_people_are_told_what_does_not_fit(before: Standing, event: Event) -> None:
    with pytest.raises(NotNowError, match=r"\w.*\.$"):
        respond(before, event, VALUES, NOW)


def test_a_level_needs_to_be_named() -> None:
    with pytest.raises(ValueError, match="has no level"):
        respond(Standing(), Event(Kind.LEVEL), VALUES, NOW)
