"""The people of the simulated clinic: they annotate with a given accuracy, train, test, approve."""

from __future__ import annotations

from typing import Any

from annotation.actions import revisions, tasks
from annotation.models import Task, User
from monitoring.actions import decisions
from monitoring.actions import uat as signatures
from training.actions import runs as training_runs
from training.actions import uat
from training.models import ModelVersion, Run, UatSession
from webapp.demo_marking import by_hand
from webapp.simulation.clinic import Clinic, trained, wait_until

Reason = Task.Reason
SECONDS = 20
UAT_NOTES = 10
COMPLETE = "The simulated clinicians compared all notes."


def annotate(clinic: Clinic, *, accuracy: float, most: int) -> int:
    """Work off the queue: all audits, and at most `most` other tasks; how many were done."""
    done = others = 0
    for person in ("annotator-1", "annotator-2"):
        while task := tasks.take_next(project=clinic.project, by=clinic.members[person]):
            audit = task.reason in (Reason.RANDOM_AUDIT, Reason.DOUBLE)
            if not audit and others >= most:
                tasks.give_back(task=task, by=clinic.members[person])
                break
            others += not audit
            _mark(clinic, task, clinic.members[person], accuracy)
            done += 1
    return done + _settle(clinic)


def _mark(clinic: Clinic, task: Task, by: User, accuracy: float) -> None:
    note = task.note
    spans = by_hand(note.text, clinic.truth[note.external_id], errors=1 - accuracy, rng=clinic.rng)
    newest = note.annotations.order_by("-revision").values_list("revision", flat=True).first()
    revisions.submit(task=task, by=by, spans=spans, base_revision=0 if task.blind else newest or 0, seconds=SECONDS)


def _settle(clinic: Clinic) -> int:
    """Two blind annotations that differ are put together by the truth."""
    done = 0
    while task := tasks.take_next(project=clinic.project, by=clinic.members["lead"], adjudicate=True):
        _mark(clinic, task, clinic.members["lead"], 1.0)
        done += 1
    return done


def train(clinic: Clinic) -> ModelVersion:
    """The ML lead starts a training by hand."""
    run = training_runs.start_training(project=clinic.project, by=clinic.members["lead"])
    return trained(clinic, run)


def compare_blind(clinic: Clinic, model: ModelVersion) -> UatSession:
    """Clinicians compare the version with the champion, blind, by the truth, and sign for the result."""
    raters = [clinic.members["annotator-1"], clinic.members["annotator-2"]]
    run = uat.ask_for_test(model=model, raters=raters, notes=UAT_NOTES, by=clinic.members["lead"])
    wait_until(run, Run.Status.SUCCEEDED)
    session = UatSession.objects.get(model=model, status=UatSession.Status.OPEN)
    for item in session.items.select_related("note"):
        gold = {(s.start, s.end, s.label) for s in clinic.truth.get(item.note.external_id, ())}
        sides = {name: _right(getattr(item, f"{name}_spans"), gold) for name in ("candidate", "rival")}
        better = max(sides, key=lambda name: sides[name]) if sides["candidate"] != sides["rival"] else "both"
        verdict = "both" if better == "both" else _side(better == "candidate", swapped=item.swapped)
        for rater in raters:
            uat.rate(item=item, by=rater, verdict=verdict, seconds=SECONDS)
    signatures.sign(session=session, by=raters[0], passed=True, reason=COMPLETE)
    return session


def _right(spans: list[dict[str, Any]], gold: set[tuple[int, int, str]]) -> int:
    """How many are right, less those that are not."""
    found = {(span["start"], span["end"], span["label"]) for span in spans}
    return len(found & gold) - len(found - gold)


def _side(candidate: bool, *, swapped: bool) -> str:
    return "left" if candidate != swapped else "right"


def approve(clinic: Clinic, model: ModelVersion, *, canary: bool) -> None:
    model.refresh_from_db()
    decisions.approve(
        model=model, by=clinic.members["approver"], reason="It passed every gate; the figures were looked at.",
        canary=canary,
    )  # fmt: skip
