"""The demo: 600 generated notes, people for each role, and a first model trained from the gold among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from annotation.actions import notes, projects, revisions, tasks
from annotation.actions.people import DEMO, DEMO_PEOPLE
from annotation.models import Note, Project, Role, Task, User
from annotation.synthetic import SyntheticNote, generate
from monitoring.actions import accuracy, decisions
from training import prelabels, runs
from training.actions import runs as run_actions
from training.models import Deployment, ModelVersion, Run

SEED = 2026
AUDITED, GOLD, OPEN_AUDITS, OPEN_LABELS = 90, 260, 50, 200
PEOPLE = {
    "demo-annotator": ("Demo annotator", (Role.ANNOTATOR,)),
    "demo-reviewer": ("Demo reviewer", (Role.REVIEWER,)),
    "demo-lead": ("Demo ML lead", (Role.ML_LEAD,)),
    "demo-approver": ("Demo approver", (Role.APPROVER,)),
    "demo-admin": ("Demo admin", (Role.ADMIN,)),
}
GUIDELINES = """\
Mark every disease and every treatment by its name, as it is written.

DISEASE: the name of a disease, also as an abbreviation, in Hinglish or misspelt; also when it is denied ("no h/o DM"),
doubtful ("?dengue"), past, or a relative's. Side and stage belong to it when the name is not usual without them
("B/L OA knee", "CKD stage 4"). Symptoms and findings (fever, cough, pain) are no disease.

TREATMENT: the name of a drug (generic or brand), a procedure or a therapy, also when stopped or planned. A number of
the brand belongs to it ("Dolo 650"); form (Tab, Inj), dose, how often and how long do not. Diet and rest are no
treatment.

Not a mention: a name inside a test, a level, a place, a diet, a vaccination or an allergy ("dengue NS1", "TB clinic",
"diabetic diet", "allergic to penicillin").
"""
Say = Callable[[str], None]


def set_up(say: Say) -> Project:
    """The demo project with its notes and its first champion; whatever is there already is left as it is."""
    project = Project.objects.filter(slug=DEMO).first() or _fill(say)
    if not Deployment.objects.filter(project=project).exists():
        _first_champion(project, say)
    return project


@transaction.atomic
def _fill(say: Say) -> Project:
    project = projects.create(name="Demo clinic", slug=DEMO, guidelines=GUIDELINES)
    for username, (name, roles) in PEOPLE.items():
        user = User.objects.create(username=username, last_name=name)
        user.set_unusable_password()
        user.save(update_fields=["password"])
        projects.add_member(project=project, user=user, roles=roles)
    generated = list(generate(AUDITED + GOLD + OPEN_AUDITS + OPEN_LABELS, seed=SEED))
    stored = notes.add(project=project, news=[_new(note) for note in generated], origin=Note.Origin.DEMO)
    _spread_over_time(stored)
    pairs = list(zip(stored, generated, strict=True))
    _audit(project, pairs[:AUDITED])
    _label(project, pairs[AUDITED : AUDITED + GOLD])
    rest = stored[AUDITED + GOLD :]
    # Audits come in between, as they would from a stream: one in five here.
    every = len(rest) // OPEN_AUDITS
    notes.open_tasks(project=project, notes=rest[::every], reason=Task.Reason.RANDOM_AUDIT)
    labels = [note for place, note in enumerate(rest) if place % every]
    notes.open_tasks(project=project, notes=labels, reason=Task.Reason.LABEL)
    _backdate(project)
    for other in Project.objects.exclude(pk=project.pk):
        # Projects imported before the demo was there: its people shall see them.
        projects.copy_members(source=project, target=other, prefix=DEMO_PEOPLE)
    say(f"{len(stored)} notes: {GOLD} gold, {AUDITED} audited, {len(rest)} waiting for an annotator")
    return project


def _new(note: SyntheticNote) -> notes.NewNote:
    return notes.NewNote(note.external_id, note.text, note.patient, note.doctor, note.facets)


def _spread_over_time(stored: Sequence[Note]) -> None:
    """As if they had arrived over the last four weeks."""
    now, step = timezone.now(), timedelta(weeks=4) / max(len(stored), 1)
    for number, note in enumerate(reversed(stored)):
        note.received_at = now - number * step
    Note.objects.bulk_update(stored, ["received_at"], batch_size=300)


def _audit(project: Project, pairs: Sequence[tuple[Note, SyntheticNote]]) -> None:
    """Audits done by the demo's annotator through the same door as in the browser."""
    annotator = User.objects.get(username="demo-annotator")
    gold = {note.pk: generated.spans for note, generated in pairs}
    notes.open_tasks(project=project, notes=[note for note, _ in pairs], reason=Task.Reason.RANDOM_AUDIT)
    while task := tasks.take_next(project=project, by=annotator):
        revisions.submit(task=task, by=annotator, spans=gold[task.note_id], base_revision=0, seconds=18)


def _backdate(project: Project) -> None:
    """Tasks are as old as their notes, and what is done was done an hour after its note came, not today."""
    rows = list(Task.objects.filter(project=project).select_related("note").defer("note__ciphertext"))
    for task in rows:
        task.created_at = task.note.received_at
        task.closed_at = task.closed_at and task.note.received_at + timedelta(hours=1)
    Task.objects.bulk_update(rows, ["created_at", "closed_at"], batch_size=300)


def _label(project: Project, pairs: Sequence[tuple[Note, SyntheticNote]]) -> None:
    reviewer = User.objects.get(username="demo-reviewer")
    spans = {note.pk: generated.spans for note, generated in pairs}
    revisions.add_imported(project=project, spans=spans, by=reviewer, gold=True)


def _first_champion(project: Project, say: Say) -> None:
    """Train, approve, deploy, measure: the same functions as by hand, each by the person whose part it is."""
    lead, approver = (User.objects.get(username=name) for name in ("demo-lead", "demo-approver"))
    for left_over in Run.objects.unfinished().filter(project=project, kind=Run.Kind.PIPELINE):
        runs.cancel(left_over)
    model = ModelVersion.objects.filter(project=project, status=ModelVersion.Status.PENDING_APPROVAL).first()
    if model is None:
        say("training the first model")
        run = run_actions.start_training(project=project, by=lead, trigger=Run.Trigger.DEMO)
        runs.execute(run.pk)
        model = _model_of(run)
    decisions.approve(model=model, by=approver, reason="First model of the demo, approved by its set-up.")
    prelabels.refresh(project)
    measured = accuracy.refresh(project)
    say(f"{model} serves" + (f", F1 {measured.value['f1']:.3f} on audited notes" if measured else ""))


def _model_of(run: Run) -> ModelVersion:
    run.refresh_from_db()
    if run.status != Run.Status.SUCCEEDED:
        raise RuntimeError(f"The demo's training {run.get_status_display().lower()}: {run.error}")
    return ModelVersion.objects.select_related("project").get(run=run)
