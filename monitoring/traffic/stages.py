"""The stages of a roll-out, those passed, the present one and those to come; and its alarms, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.runs.timing import words
from monitoring.traffic.words import TITLES, VERDICTS, bounds, counted, figure
from training.models import Rollout
from training.rollouts import Standing
from training.traffic_alarms import Alarm

# So many requests to the champion, and none to the canary, are no chance.
MANY = 300


@dataclass(frozen=True, slots=True)
class Stage:
    """``state`` is passed, running, ended or pending; ``percent`` how far the running one is, by time and requests."""

    share: int
    state: str
    text: str
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class AlarmRow:
    title: str
    verdict: str
    word: str
    value: str
    usual: str
    allowed: str
    of: str


def stages_of(rollout: Rollout, standing: Standing) -> list[Stage]:
    found = []
    for place, share in enumerate(rollout.stages):
        if place < len(rollout.passed):
            found.append(Stage(share, "passed", _passed(rollout.passed[place])))
        elif place == rollout.stage:
            found.append(_present(rollout, share, standing))
        else:
            found.append(Stage(share, "pending", ""))
    return found


def _passed(stage: dict[str, str]) -> str:
    took = datetime.fromisoformat(stage["ended_at"]) - datetime.fromisoformat(stage["started_at"])
    return f"{int(stage['requests']):,} requests in {words(took.total_seconds())}"


def _present(rollout: Rollout, share: int, standing: Standing) -> Stage:
    if rollout.status != Rollout.Status.RUNNING:
        state = "passed" if rollout.status == Rollout.Status.PROMOTED else "ended"
        return Stage(share, state, rollout.get_status_display())
    time = standing.seconds / rollout.bake_seconds if rollout.bake_seconds else 1.0
    seen = standing.requests / rollout.minimum_requests if rollout.minimum_requests else 1.0
    left = max(0.0, rollout.bake_seconds - standing.seconds)
    told = f"{standing.requests:,} of {rollout.minimum_requests:,} requests"
    text = f"{told}, {words(left)} to go" if left else f"{told}, time is over"
    return Stage(share, "running", text, round(100 * max(0.0, min(time, seen, 1.0))))


def alarm_rows(alarms: Sequence[Alarm]) -> list[AlarmRow]:
    return [
        AlarmRow(
            TITLES[alarm.name],
            alarm.verdict,
            VERDICTS[alarm.verdict],
            figure(alarm.name, alarm.value),
            figure(alarm.name, alarm.usual),
            bounds(alarm),
            counted(alarm),
        )
        for alarm in alarms
    ]


def alarms_at_end(rollout: Rollout) -> list[Alarm]:
    """The alarms as they stood when the roll-out ended."""
    return [Alarm(**told) for told in rollout.result.get("alarms", [])]


def now_sentence(rollout: Rollout, standing: Standing) -> str:
    """What happens now, in one sentence."""
    if rollout.status != Rollout.Status.RUNNING:
        return f"{rollout.get_status_display()}: {rollout.reason}"
    if not standing.canary.asked and standing.champion.asked >= MANY:
        return f"{rollout.sentence} No request reached it: the web server's log says whether it can be loaded."
    quiet = sum(alarm.verdict == "ok" for alarm in standing.alarms)
    waiting = sum(alarm.verdict == "waiting" for alarm in standing.alarms)
    told = f"{quiet} alarm{'' if quiet == 1 else 's'} quiet"
    return f"{rollout.sentence} {told}{f', {waiting} with too little to say yet' if waiting else ''}."


def shadow_sentence(rollout: Rollout) -> str:
    """How far a shadow has read, and what it left out."""
    read, skipped = rollout.pairs.get("notes", 0), rollout.pairs.get("skipped", 0)
    told = f"It has read {read:,} note{'' if read == 1 else 's'}"
    left = f" and left out {skipped:,} because it could not keep up" if skipped else ""
    failed = f"; {failed:,} it could not read" if (failed := rollout.pairs.get("failed", 0)) else ""
    state = rollout.sentence if rollout.status == Rollout.Status.RUNNING else f"Ended: {rollout.reason}"
    return f"{state} {told}{left}{failed}."
