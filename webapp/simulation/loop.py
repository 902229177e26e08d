"""The days of a simulated clinic: notes come in, the team works, the monitor looks, and what it asks for is done."""

from __future__ import annotations

from dataclasses import dataclass

from annotation.errors import ActionError
from annotation.scenarios import Scenario, notes_of
from monitoring.actions import collecting, monitor, responses, watching
from monitoring.models import Window
from monitoring.policy import State
from training.models import Deployment
from webapp.simulation import team
from webapp.simulation.clinic import Clinic, backdate_champion, trained
from webapp.simulation.days import live_through


@dataclass(frozen=True, slots=True)
class Course:
    """`accuracy`: of the simulated annotators; `labels`: tasks they do a day beside audits. `hands_off`: what waits for
    approval is left to the person who watches."""

    scenario: Scenario
    days: int
    notes: int
    seed: int
    url: str
    accuracy: float = 0.97
    labels: int = 40
    canary: bool = False
    hands_off: bool = False


def live(clinic: Clinic, course: Course, first: int = 0) -> int:
    """All days from the `first` on; the number of windows that were measured. Each day and each move is said."""
    measured = 0
    for day in range(first, course.days):
        live_through(clinic, course.url, list(notes_of(course.scenario, day, course.notes, seed=course.seed)), day)
        done = team.annotate(clinic, accuracy=course.accuracy, most=course.labels)
        before = _newest(clinic)
        monitor.look_at(clinic.project)
        after_look(clinic, course)
        window = _newest(clinic)
        if window and window != before:
            measured += 1
            _say_window(clinic, window, day, done)
    return measured


def after_look(clinic: Clinic, course: Course) -> None:
    """What the response waits for is done by the team."""
    row = responses.of(clinic.project)
    if row.state == State.RETRAINING and row.run:
        clinic.say(f"training: run {row.run.pk}")
        try:
            clinic.say(f"{trained(clinic, row.run)} waits for approval")
        except ActionError as error:
            clinic.say(f"the training failed: {error}")
        _watch(clinic)
    elif row.state == State.INVESTIGATING:
        _investigate(clinic, course)
    row = responses.of(clinic.project)
    if row.state == State.AWAITING_APPROVAL and row.model and not course.hands_off:
        team.approve(clinic, row.model, canary=course.canary)
        clinic.say(f"{row.model} is approved{' and begins as a canary' if course.canary else ''}")
    if backdate_champion(clinic):
        _watch(clinic)


def _investigate(clinic: Clinic, course: Course) -> None:
    """The ML lead has notes of the drifted slices annotated, trains, and clinicians test the version."""
    project = clinic.project
    if Deployment.objects.champion_of(project) is None:
        return
    values = collecting.collect(
        project=project, model=responses.of(project).champion, count=100, by=clinic.members["lead"]
    )
    team.annotate(clinic, accuracy=course.accuracy, most=100)
    clinic.say(f"under investigation: {values} notes annotated; training by hand")
    try:
        model = team.train(clinic)
        session = team.compare_blind(clinic, model)
        clinic.say(f"{model}: clinicians' test {session.pk} passed")
    except ActionError as error:
        clinic.say(f"the investigation goes on: {error}")
    _watch(clinic)


def _watch(clinic: Clinic) -> None:
    watching.watch(clinic.project, clinic.now)


def _newest(clinic: Clinic) -> Window | None:
    return Window.objects.filter(project=clinic.project).order_by("-pk").first()


def _say_window(clinic: Clinic, window: Window, day: int, done: int) -> None:
    kpi = window.evidence.get("kpi")
    f1 = f"F1 {kpi['value']:.3f} on {kpi['notes']} audited notes" if kpi else "no audited notes"
    row = responses.of(clinic.project)
    reason = f" {window.reasons[0]['sentence']}" if window.reasons else ""
    clinic.say(f"day {day + 1}: {window.level}, response {row.state}; {f1}; {done} notes annotated.{reason}")
