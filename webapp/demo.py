"""The demo: 600 generated notes, people for each role, and a first model trained from the gold among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from annotation.actions import guidelines, handing_out, indexing, notes, projects, revisions, teams
from annotation.actions.audience import Audience
from annotation.actions.people import DEMO, DEMO_PEOPLE
from annotation.models import Annotation, Guideline, Note, Project, Task, User
from annotation.synthetic import SyntheticNote, generate
from monitoring.actions import accuracy, decisions, policies
from training import prelabels, runs
from training.actions import behaviour
from training.actions import runs as run_actions
from training.models import BehaviourCase, Deployment, ModelVersion, Run
from webapp import demo_texts, demo_work
from webapp.demo_people import PEOPLE
from webapp.demo_words import word_list

SEED = 2026
# Notes that are done, by how; one in so many open notes is for two people; how many of the pairs wait, and for whom.
DONE = {"audit": 66, "audit_twice": 24, "imported": 150, "twice": 60, "suggested": 50}
OPEN = {"audits": 50, "labels": 150, "uncertainty": 20, "drift_slice": 15, "feedback": 15}
OPEN_TWICE, SECOND_WAITS, DECISION_WAITS, FOR_TEAM = 10, 4, 7, 20
WEEKS, DOUBLE_SHARE = 8, 0.1
# The first start should not take minutes; a training that is asked for takes the recipe's own settings.
QUICK = {"settings": {"epochs": 6.0, "max_steps": 1000, "eval_every": 100}}
POLICY = {"target": 0.8, "floor": 0.7, "audited_notes": 50}
Reason = Task.Reason
REASONS = {
    "audits": Reason.RANDOM_AUDIT,
    "labels": Reason.LABEL,
    "uncertainty": Reason.UNCERTAINTY,
    "drift_slice": Reason.DRIFT_SLICE,
    "feedback": Reason.FEEDBACK,
}
Say = Callable[[str], None]
Kinds = Mapping[str, Sequence[Note]]


def set_up(say: Say) -> Project:
    """The demo project with its notes and its first champion; whatever is there already is left as it is."""
    project = Project.objects.filter(slug=DEMO).first() or _fill(say)
    if not Deployment.objects.filter(project=project).exists():
        _first_champion(project, say)
    indexing.catch_up()
    return project


@transaction.atomic
def _fill(say: Say) -> Project:
    project = projects.create(name="Demo clinic", slug=DEMO, guidelines=demo_texts.FIRST_GUIDELINES)
    _add_people(project)
    rng = Random(SEED)  # noqa: S311 (a demo's data, no secret)
    plan = _plan(rng)
    generated = list(generate(len(plan), seed=SEED))
    stored = notes.add(project=project, news=[_new(note) for note in generated], origin=Note.Origin.DEMO)
    kinds: dict[str, list[Note]] = {kind: [] for kind in (*DONE, *OPEN)}
    for note, (received_at, kind) in zip(stored, plan, strict=True):
        note.received_at = received_at
        kinds[kind].append(note)
    Note.objects.bulk_update(stored, ["received_at"], batch_size=300)
    truth = {note.pk: made.spans for note, made in zip(stored, generated, strict=True)}
    work = demo_work.Work(project, truth, rng)
    lead = work.people["demo-lead"]
    policies.change(project=project, values=POLICY, by=lead, reason="A demonstration has few notes.")
    _past(work, kinds)
    _waiting(work, kinds)
    demo_work.backdate(work)
    for other in Project.objects.exclude(pk=project.pk):
        # Projects imported before the demo was there: its people shall see them.
        projects.copy_members(source=project, target=other, prefix=DEMO_PEOPLE)
    gold = Annotation.objects.filter(project=project)
    counts = f"{gold.trainable().count()} gold, {gold.audited().count()} audited"
    say(f"{len(stored)} notes: {counts}, {sum(OPEN.values())} waiting for an annotator")
    return project


def _add_people(project: Project) -> None:
    for username, (name, roles) in PEOPLE.items():
        user = User.objects.create(username=username, last_name=name)
        user.set_unusable_password()
        user.save(update_fields=["password"])
        projects.add_member(project=project, user=user, roles=roles)


def _plan(rng: Random) -> list[tuple[datetime, str]]:
    """When each note arrived and what it is for, the oldest first: what is done over eight weeks, what waits lately."""
    now = timezone.now()
    done = [kind for kind, count in DONE.items() for _ in range(count)]
    waiting = [kind for kind, count in OPEN.items() for _ in range(count)]
    rng.shuffle(done)
    rng.shuffle(waiting)
    plan = []
    for kinds, first, last in (
        (done, timedelta(weeks=WEEKS), timedelta(days=2)),
        (waiting, timedelta(days=9), timedelta()),
    ):
        step = (first - last) / max(len(kinds), 1)
        plan += [(now - first + place * step, kind) for place, kind in enumerate(kinds)]
    return sorted(plan)


def _new(note: SyntheticNote) -> notes.NewNote:
    return notes.NewNote(note.external_id, note.text, note.patient, note.doctor, note.facets)


def _past(work: demo_work.Work, kinds: Kinds) -> None:
    """What people did: through the same doors as in the browser."""
    project, imported = work.project, kinds["imported"]
    gold = {note.pk: work.truth[note.pk] for note in imported}
    revisions.add_imported(project=project, spans=gold, by=work.people["demo-reviewer"], gold=True)
    demo_work.correct(work, kinds["suggested"], _words(work, kinds))
    demo_work.audit(work, kinds["audit"])
    audits = demo_work.open_tasks(work, kinds["audit_twice"], Reason.RANDOM_AUDIT, doubled=True)
    labels = demo_work.open_tasks(work, kinds["twice"], Reason.LABEL, doubled=True)
    pairs = sorted(
        (pair for tasks in (audits, labels) for pair in zip(tasks[::2], tasks[1::2], strict=True)),
        key=lambda pair: pair[0].position,
    )
    for place, pair in enumerate(pairs):
        if place == len(pairs) // 2:
            _new_guidelines(work, pair[0].note.received_at)
        demo_work.twice(work, pair if place < len(pairs) - SECOND_WAITS else pair[:1])
    demo_work.adjudicate(work, leave=DECISION_WAITS)


def _words(work: demo_work.Work, kinds: Kinds) -> dict[str, str]:
    """The terms of all notes but those that the suggestions are for."""
    return word_list((n.text, work.truth[n.pk]) for kind, rows in kinds.items() if kind != "suggested" for n in rows)


def _new_guidelines(work: demo_work.Work, at: datetime) -> None:
    lead = work.people["demo-lead"]
    second = guidelines.publish(
        project=work.project, text=demo_texts.GUIDELINES, change=demo_texts.CHANGE, by=lead, base_version=1
    )
    first = Guideline.objects.filter(project=work.project, version=1)
    first.update(created_at=work.now - timedelta(weeks=WEEKS), created_by=lead)
    Guideline.objects.filter(pk=second.pk).update(created_at=at)


def _waiting(work: demo_work.Work, kinds: Kinds) -> None:
    """The queue: each reason in it, one note in ten for two people, and some notes for a team."""
    project = work.project
    for kind, reason in REASONS.items():
        rows = kinds[kind]
        demo_work.open_tasks(work, rows[::OPEN_TWICE], reason, doubled=True)
        demo_work.open_tasks(work, [note for n, note in enumerate(rows) if n % OPEN_TWICE], reason)
    project.double_share = DOUBLE_SHARE
    project.save(update_fields=["double_share"])
    members = [work.people[name] for name in ("demo-annotator-2", "demo-annotator-3")]
    team = teams.make(project=project, name="Weekend team", members=members)
    handing_out.hand_out(project=project, source=Audience(), target=Audience(team=team), count=FOR_TEAM)


def _first_champion(project: Project, say: Say) -> None:
    """Train, approve, deploy, measure: the same functions as by hand, each by the person whose part it is."""
    lead, approver = (User.objects.get(username=name) for name in ("demo-lead", "demo-approver"))
    for left_over in Run.objects.unfinished().filter(project=project, kind=Run.Kind.PIPELINE):
        runs.cancel(left_over)
    model = ModelVersion.objects.filter(project=project, status=ModelVersion.Status.PENDING_APPROVAL).first()
    if model is None:
        say("training the first model")
        run = run_actions.start_training(project=project, by=lead, trigger=Run.Trigger.DEMO, params=QUICK)
        runs.execute(run.pk)
        model = _model_of(run)
    decisions.approve(model=model, by=approver, reason="First model of the demo, approved by its set-up.")
    # The rest of the run: the new reference.
    runs.execute(model.run_id)
    if not BehaviourCase.objects.filter(project=project).exists():
        behaviour.add_starter_cases(project=project, by=lead)
    prelabels.refresh(project)
    measured = accuracy.refresh(project)
    say(f"{model} serves" + (f", F1 {measured.value['f1']:.3f} on audited notes" if measured else ""))


def _model_of(run: Run) -> ModelVersion:
    run.refresh_from_db()
    if run.status != Run.Status.WAITING:
        raise RuntimeError(f"The demo's training {run.get_status_display().lower()}: {run.error}")
    return ModelVersion.objects.select_related("project").get(run=run)
