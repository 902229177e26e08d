"""The simulated clinic: a project with gold and a champion, a policy, people, and a key of the API."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from annotation.actions import clients, notes, people, projects, revisions
from annotation.clock import now_of
from annotation.errors import ActionError
from annotation.models import Note, Project, Role, User
from annotation.spans import Span
from annotation.synthetic import generate
from monitoring.actions import decisions, policies
from training import runs
from training.actions import rules
from training.actions import runs as training_runs
from training.judgements import judgements_of
from training.models import Deployment, ModelVersion, Run

Say = Callable[[str], None]
# A third of it is the frozen test: with fewer notes nobody knows what the champion can promise.
GOLD, TEST_SHARE = 450, 0.35
# Quick to train, so that a person sees the loop respond within minutes.
SETTINGS = {"max_steps": 400, "min_steps": 200, "eval_every": 100}
RULES = {
    "automatic": False,
    "settings": SETTINGS,
    "slice_notes": 5,
    "slice_entities": 5,
    "margin": 0.05,
    "reauthenticate": False,
    "latency_ms": 5000.0,
    "memory_mb": 4000.0,
    "bake_minutes": 0.0,
    "canary_first": 0.5,
    "canary_second": 0.9,
    "stage_requests": 2,
}
# A little below what the champion reaches on its frozen test.
TARGET_BELOW, FLOOR_BELOW = 0.05, 0.10
POLICY = {"audited_notes": 50, "window_notes": 100, "collect_notes": 80, "collect_gold": 50}
ROLES = {"annotator-1": Role.ANNOTATOR, "annotator-2": Role.ANNOTATOR, "lead": Role.ML_LEAD, "approver": Role.APPROVER}
WAIT_SECONDS = 900


@dataclass
class Clinic:
    """`truth`: the generator's gold by external id."""

    project: Project
    key: str
    members: dict[str, User]
    rng: Random
    say: Say
    truth: dict[str, tuple[Span, ...]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The time that it is there."""
        return now_of(self.project)


def open_clinic(*, slug: str, title: str, days: int, seed: int, audit_rate: float, say: Say) -> Clinic:
    """A new project whose champion went into service `days` days ago. Needs a running worker for its training."""
    if Project.objects.filter(slug=slug).exists():
        raise ActionError(f"There is a project {slug} already; give another name with --project.")
    project = projects.create(name=f"Simulation: {title}", slug=slug)
    project.audit_rate, project.double_share, project.test_share = audit_rate, 0.1, TEST_SHARE
    project.simulated_at = timezone.now() - timedelta(days=days)
    project.save()
    members = {name: _member(project, name, role) for name, role in ROLES.items()}
    rules.change(project=project, values=RULES, by=None)
    clinic = Clinic(project, "", members, Random(seed), say)  # noqa: S311 - made-up notes, nothing secret
    _gold(clinic, seed)
    say(f"{GOLD} notes with gold; training the first version")
    model = trained(clinic, training_runs.start_training(project=project, by=people.system("trainer")))
    decisions.approve(model=model, by=members["approver"], reason="The first version of the simulated clinic.")
    runs.wake(model.run_id)
    backdate_champion(clinic)
    policies.change(project=project, values=_policy(model), by=None, reason="")
    _, clinic.key = clients.create(
        project=project, name="doctors' platform", by=None, scopes=["extract"], rate_per_minute=600_000, burst=10_000
    )
    return clinic


def _member(project: Project, name: str, role: Role) -> User:
    user, _ = User.objects.get_or_create(username=f"simulated-{name}", defaults={"last_name": f"{name} (simulated)"})
    projects.add_member(project=project, user=user, roles=[role])
    return user


def _gold(clinic: Clinic, seed: int) -> None:
    made = list(generate(GOLD, seed=seed + 7919, prefix="gold"))
    news = [notes.NewNote(n.external_id, n.text, n.patient, n.doctor, n.facets) for n in made]
    rows = notes.add(project=clinic.project, news=news, origin=Note.Origin.IMPORT)
    spans = {row.pk: note.spans for row, note in zip(rows, made, strict=True)}
    revisions.add_imported(project=clinic.project, spans=spans, by=clinic.members["lead"], gold=True)


def _policy(model: ModelVersion) -> dict[str, float]:
    judged = judgements_of(model).first()
    f1 = judged.scores["f1"] if judged else 0.85
    return {**POLICY, "target": round(f1 - TARGET_BELOW, 3), "floor": round(f1 - FLOOR_BELOW, 3)}


def trained(clinic: Clinic, run: Run) -> ModelVersion:
    """The version that the run makes, once it waits for people. Raises ActionError when the run fails."""
    wait_until(run, Run.Status.WAITING)
    return ModelVersion.objects.select_related("project", "run").get(run=run)


def wait_until(run: Run, status: Run.Status) -> None:
    """Raises ActionError when it ends otherwise, or not in time."""
    ended = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < ended:
        run.refresh_from_db()
        if run.status == status:
            return
        if run.is_over:
            raise ActionError(f"Run {run.pk} {run.get_status_display().lower()}: {run.error or 'see its page'}.")
        time.sleep(0.5)
    raise ActionError(f"Run {run.pk} did not end within {WAIT_SECONDS} seconds; is a worker running?")


def backdate_champion(clinic: Clinic) -> Deployment | None:
    """The champion went into service now by the clinic's clock."""
    champion = Deployment.objects.champion_of(clinic.project)
    if champion and champion.started_at > clinic.now:
        Deployment.objects.filter(pk=champion.pk).update(started_at=clinic.now)
    return champion
