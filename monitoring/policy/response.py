"""What is done about a level: the states of a response and what moves it on. Source: ``mlops.md`` E4.

Only ``approve`` leads into service. From a critical investigation nothing leads out but a version that has passed the
clinicians' test, or a named person's reasoned override. What an event does not concern is left as it is, with a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from monitoring.policy.level import Level
from monitoring.policy.states import Action, Event, Kind, Move, NotNowError, Standing, State
from monitoring.policy.values import AUTOMATION, Values

S, A = State, Action
# Nothing is put off for longer.
MOST_DAYS = 30
INVESTIGATION = (A.FREEZE, A.OPEN_INVESTIGATION, A.RESCORE_STANDBYS, A.NOTIFY)


def respond(now: Standing, event: Event, values: Values, at: datetime) -> Move:
    """Move on by an event at the time `at`. Raises NotNowError for what a person may not ask for now."""
    return _RULES[event.kind](now, event, values, at)


def _stay(now: Standing, sentence: str) -> Move:
    return Move(now, (), sentence, moved=False)


def _rested(now: Standing) -> Standing:
    """At rest: what failed in this response counts against no other."""
    return replace(now, state=S.IDLE, tries=0, tested=False, snoozed_until=None)


def _automatic(now: Standing, values: Values, least: str) -> str:
    """Why the policy may not do it by itself; empty when it may."""
    if now.stopped:
        return "Automation is switched off."
    if AUTOMATION.index(values.automation) < AUTOMATION.index(least):
        return f"The policy leaves it to people (automation: {values.automation})."
    return ""


def _investigate(now: Standing, sentence: str, *first: Action) -> Move:
    critical = (A.AUDIT_FOUR_TIMES, A.NEEDS_REVIEW_ON) if now.level == Level.CRITICAL else ()
    moved = replace(now, state=S.INVESTIGATING, tries=0, tested=False, snoozed_until=None)
    return Move(moved, (*first, *INVESTIGATION, *critical), sentence)


def _collect(now: Standing, values: Values, sentence: str, *first: Action, again: bool = False) -> Move:
    """Labels are collected, unless the policy may not: then it rests, and people are told once."""
    if why := _automatic(now, values, "collect"):
        told = () if again else (A.NOTIFY,)
        return Move(
            _rested(now), (*first, A.AUDIT_AS_USUAL, *told), f"Warning; nothing is done: {why}", moved=not again
        )
    collecting = replace(now, state=S.COLLECTING, snoozed_until=None)
    return Move(collecting, (*first, A.COLLECT, A.AUDIT_TWICE, A.NOTIFY), sentence)


# By what was measured -------------------------------------------------------------------------------------------------
def _level(before: Standing, event: Event, values: Values, _: datetime) -> Move:
    if event.level is None:
        raise ValueError("An event of a level has no level; give it one.")
    now = replace(before, level=event.level)
    if now.level == Level.CRITICAL:
        return _critical(before, now)
    eased = (A.NEEDS_REVIEW_OFF,) if before.level == Level.CRITICAL else ()
    if now.level == Level.WARNING and now.state == S.IDLE:
        told_before = before.level == Level.WARNING
        return _collect(replace(now, tries=0), values, "Warning: labels are collected.", *eased, again=told_before)
    if now.level == Level.OK and now.state == S.COLLECTING:
        rest = (*eased, A.AUDIT_AS_USUAL, A.UNFREEZE)
        return Move(_rested(now), rest, "All is well again; it passed by itself.")
    if eased:
        return Move(now, eased, f"The level is {now.level.value} now; the response goes on.")
    return _stay(now, "The level changes nothing about the response.")


def _critical(before: Standing, now: Standing) -> Move:
    sentences = {S.INVESTIGATING: "It is under investigation already."}
    if before.level == Level.CRITICAL:
        # Only what was critical when somebody put it off is put off.
        sentences[S.SNOOZED] = "Critical; somebody has put it off."
    if now.tested:
        on_its_way = "Critical; a version that passed the clinicians' test is on its way."
        sentences |= {S.AWAITING_APPROVAL: on_its_way, S.DEPLOYING: on_its_way}
    if sentence := sentences.get(now.state):
        if before.level == Level.CRITICAL:
            return _stay(now, sentence)
        return Move(now, (A.AUDIT_FOUR_TIMES, A.NEEDS_REVIEW_ON, A.NOTIFY), sentence)
    # Also what somebody put on its way past the response.
    first = (A.CANCEL_PIPELINE, A.STOP_ROLLOUT) if now.state == S.RETRAINING else (A.STOP_ROLLOUT,)
    return _investigate(now, "Critical: automation stops, people investigate.", *first)


# By what became of the work -------------------------------------------------------------------------------------------
def _enough_gold(now: Standing, _: Event, values: Values, at: datetime) -> Move:
    if now.state != S.COLLECTING:
        return _stay(now, "Nobody collects labels for a response.")
    if why := _automatic(now, values, "retrain"):
        return _stay(now, f"Enough labels; no training starts: {why}")
    ready = now.retrained_at + timedelta(hours=values.cooldown_hours) if now.retrained_at else at
    if at < ready:
        return _stay(now, f"Enough labels; the next training may start {ready:%Y-%m-%d %H:%M}.")
    return _retrain(now, at, "Enough labels: training starts.")


def _retrain(now: Standing, at: datetime, sentence: str) -> Move:
    return Move(replace(now, state=S.RETRAINING, retrained_at=at, tested=False), (A.START_PIPELINE,), sentence)


def _gates_passed(now: Standing, _: Event, values: Values, __: datetime) -> Move:
    if now.state != S.RETRAINING:
        return _stay(now, "The version is not of a response.")
    by_itself = not _automatic(now, values, "approve") and now.level != Level.CRITICAL
    actions = (A.APPROVE, A.NOTIFY) if by_itself else (A.NOTIFY,)
    return Move(replace(now, state=S.AWAITING_APPROVAL), actions, "Every gate is passed: it waits for approval.")


def _failed(now: Standing, _: Event, values: Values, __: datetime) -> Move:
    if now.state != S.RETRAINING:
        return _stay(now, "The run is not of a response.")
    tried = replace(now, tries=now.tries + 1)
    if tried.tries >= values.tries:
        return _investigate(tried, f"Training failed {tried.tries} times: people investigate.")
    if now.level != Level.WARNING:
        return Move(replace(tried, state=S.IDLE, tries=0), (A.AUDIT_AS_USUAL, A.NOTIFY), "Training failed.")
    return _collect(tried, values, "Training failed; more labels are collected.")


def _approved(now: Standing, _: Event, __: Values, ___: datetime) -> Move:
    if now.state != S.AWAITING_APPROVAL:
        return _stay(now, "The version is not of a response.")
    return Move(replace(now, state=S.DEPLOYING), (A.DEPLOY,), "Approved: it goes into service.")


def _rejected(now: Standing, _: Event, values: Values, __: datetime) -> Move:
    if now.state != S.AWAITING_APPROVAL:
        return _stay(now, "The version is not of a response.")
    if now.level == Level.CRITICAL:
        return _investigate(now, "Rejected: the investigation goes on.")
    if now.level == Level.WARNING:
        return _collect(replace(now, tested=False), values, "Rejected; more labels are collected.", A.UNFREEZE)
    return Move(_rested(now), (A.AUDIT_AS_USUAL, A.UNFREEZE), "Rejected.")


def _deployed(now: Standing, _: Event, __: Values, ___: datetime) -> Move:
    fresh = Standing(level=Level.NO_BASELINE, stopped=now.stopped, retrained_at=now.retrained_at)
    if now.state == S.DEPLOYING:
        actions = (A.NEW_REFERENCE, A.AUDIT_AS_USUAL, A.NEEDS_REVIEW_OFF, A.UNFREEZE)
        return Move(fresh, actions, "The new champion serves; its reference begins.")
    # A champion by another way: what was measured of the one before says nothing of it.
    if now.state in (S.IDLE, S.COLLECTING):
        return Move(fresh, (A.NEW_REFERENCE, A.AUDIT_AS_USUAL), "Another champion serves; its reference begins.")
    eased = (A.NEEDS_REVIEW_OFF,) if now.level == Level.CRITICAL else ()
    goes_on = replace(now, level=Level.NO_BASELINE)
    return Move(goes_on, (A.NEW_REFERENCE, *eased), "Another champion serves; the response goes on.")


def _rolled_back(now: Standing, _: Event, __: Values, ___: datetime) -> Move:
    if now.state != S.DEPLOYING:
        return _stay(now, "The version is not of a response.")
    return _investigate(now, "The new version was taken back: people investigate.")


def _uat_passed(now: Standing, _: Event, values: Values, __: datetime) -> Move:
    if now.state == S.AWAITING_APPROVAL and not now.tested:
        by_itself = not _automatic(now, values, "approve") and now.level != Level.CRITICAL
        actions = (A.APPROVE, A.NOTIFY) if by_itself else (A.NOTIFY,)
        return Move(replace(now, tested=True), actions, "The version passed the clinicians' test.")
    if now.state != S.INVESTIGATING:
        return _stay(now, "The version is not of a response.")
    waits = replace(now, state=S.AWAITING_APPROVAL, tested=True)
    return Move(waits, (A.NOTIFY,), "A version passed the clinicians' test; it waits for approval.")


# By people and the clock ----------------------------------------------------------------------------------------------
def _override(now: Standing, event: Event, _: Values, at: datetime) -> Move:
    if now.state not in (S.COLLECTING, S.INVESTIGATING):
        raise NotNowError(f"There is nothing to put off while the response is {now.state.value}.")
    if event.until is None or event.until <= at:
        raise NotNowError("Say until when it is put off; the time must lie ahead.")
    if event.until > at + timedelta(days=MOST_DAYS):
        raise NotNowError(f"Nothing is put off for more than {MOST_DAYS} days; choose an earlier time.")
    put_off = replace(now, state=S.SNOOZED, snoozed_until=event.until)
    return Move(put_off, (A.UNFREEZE,), f"Put off until {event.until:%Y-%m-%d %H:%M}.")


def _expired(now: Standing, _: Event, values: Values, at: datetime) -> Move:
    if now.state != S.SNOOZED or (now.snoozed_until and at < now.snoozed_until):
        return _stay(now, "Nothing that was put off is due.")
    back = replace(now, snoozed_until=None)
    if now.level == Level.CRITICAL:
        return _investigate(back, "It was put off and is still critical: people investigate.")
    if now.level == Level.WARNING:
        return _collect(back, values, "It was put off and still warns: labels are collected.")
    return Move(_rested(back), (A.AUDIT_AS_USUAL,), "It was put off and is over.")


def _asked_to_retrain(now: Standing, _: Event, __: Values, at: datetime) -> Move:
    if now.state not in (S.IDLE, S.COLLECTING):
        said = "first find out why: a version that passes the clinicians' test leads on"
        why = said if now.state == S.INVESTIGATING else f"the response is {now.state.value}"
        raise NotNowError(f"No training can be started for the response now: {why}.")
    return _retrain(now, at, "Somebody asked for a training.")


def _asked_to_investigate(now: Standing, _: Event, __: Values, ___: datetime) -> Move:
    if now.state in (S.INVESTIGATING, S.DEPLOYING):
        remedy = "take the version back first" if now.state == S.DEPLOYING else "go on with the open one"
        raise NotNowError(f"No investigation can be opened while the response is {now.state.value}; {remedy}.")
    first = (A.CANCEL_PIPELINE,) if now.state == S.RETRAINING else ()
    return _investigate(now, "Somebody asked for an investigation.", *first)


def _stop(now: Standing, _: Event, __: Values, ___: datetime) -> Move:
    if now.stopped:
        raise NotNowError("Automation is switched off already.")
    return Move(replace(now, stopped=True), (A.NOTIFY,), "Automation is switched off.")


def _resume(now: Standing, _: Event, __: Values, ___: datetime) -> Move:
    if not now.stopped:
        raise NotNowError("Automation is on already.")
    return Move(replace(now, stopped=False), (A.NOTIFY,), "Automation is on again.")


_RULES: dict[Kind, Callable[[Standing, Event, Values, datetime], Move]] = {
    Kind.LEVEL: _level,
    Kind.ENOUGH_GOLD: _enough_gold,
    Kind.GATES_PASSED: _gates_passed,
    Kind.FAILED: _failed,
    Kind.APPROVED: _approved,
    Kind.REJECTED: _rejected,
    Kind.DEPLOYED: _deployed,
    Kind.ROLLED_BACK: _rolled_back,
    Kind.UAT_PASSED: _uat_passed,
    Kind.OVERRIDE: _override,
    Kind.RETRAIN: _asked_to_retrain,
    Kind.INVESTIGATE: _asked_to_investigate,
    Kind.STOP: _stop,
    Kind.RESUME: _resume,
    Kind.EXPIRED: _expired,
}
