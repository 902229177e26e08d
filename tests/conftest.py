"""The cast and the stage: people of each role in one project, a trained model, a champion. All built by actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django.plugin import DjangoDbBlocker

from annotation.actions import clients, notes, projects, revisions
from annotation.models import Client, Note, Project, Role, User
from annotation.synthetic import SyntheticNote, generate
from monitoring.actions import decisions
from tests.kept import Kept, keep
from tests.pipelines import judge_few_notes, with_model
from tests.stack import Stack
from training import ner, runs, serving
from training.actions import runs as run_actions
from training.models import Deployment, ModelVersion, Run
from webapp.signin import BACKEND

KeepRows = Callable[[str, Callable[[], object]], Kept]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first, so that the end of a parallel run does not wait for one of them."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@dataclass(frozen=True)
class Cast:
    """One person per role; `outsider` is in another project only."""

    annotator: User
    annotator2: User
    reviewer: User
    lead: User
    approver: User
    admin: User
    outsider: User

    def __iter__(self) -> Iterator[User]:
        return iter((self.annotator, self.reviewer, self.lead, self.approver, self.admin, self.outsider))


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    """Models and uploads of a test live in its own folder."""
    settings.DATA_DIR = tmp_path
    settings.MODELS_DIR = tmp_path / "models"
    settings.UPLOADS_DIR = tmp_path / "uploads"


@pytest.fixture
def stack(transactional_db: None, tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path)
    yield stack
    stack.stop()


# The stage ------------------------------------------------------------------------------------------------------------
# Each level holds those before it. A test gets the highest that it or its fixtures ask for, put back as it was made.
LEVELS = ("cast", "gold_notes", "candidate", "champion")


@pytest.fixture(scope="session")
def kept_cast(keep_rows: KeepRows) -> Kept:
    return keep_rows("cast", lambda: make_cast(make_project()))


@pytest.fixture(scope="session")
def kept_gold_notes(keep_rows: KeepRows) -> Kept:
    return keep_rows("gold_notes", make_gold_notes)


@pytest.fixture(scope="session")
def kept_candidate(keep_rows: KeepRows, trained: ner.Trained) -> Kept:
    return keep_rows("candidate", lambda: make_first_candidate(trained))


@pytest.fixture(scope="session")
def kept_champion(keep_rows: KeepRows, trained: ner.Trained) -> Kept:
    return keep_rows("champion", lambda: make_champion(trained))


@pytest.fixture(scope="session")
def keep_rows(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> KeepRows:
    def keep_rows(name: str, make: Callable[[], object]) -> Kept:
        with django_db_blocker.unblock():
            return keep(make, tmp_path_factory.mktemp(name))

    return keep_rows


@pytest.fixture
def level(request: pytest.FixtureRequest, own_folders: None, db: None, tmp_path: Path) -> Iterator[str]:
    """The level that stands in the database now; "" when the test asks for none."""
    asked = [name for name in LEVELS if name in request.fixturenames]
    if not asked:
        yield ""
        return
    kept: Kept = request.getfixturevalue(f"kept_{asked[-1]}")
    kept.put_back(tmp_path)
    yield asked[-1]
    assert kept.as_it_was(), "The test wrote into a file below work/ that other tests share: let it make a new one."


def make_project() -> Project:
    return projects.create(name="Clinic", slug="clinic", guidelines="Mark every disease and treatment.")


@pytest.fixture
def project(level: str) -> Project:
    return Project.objects.get(slug="clinic") if level else make_project()


PEOPLE = {
    "annotator": Role.ANNOTATOR,
    "annotator2": Role.ANNOTATOR,
    "reviewer": Role.REVIEWER,
    "lead": Role.ML_LEAD,
    "approver": Role.APPROVER,
    "admin": Role.ADMIN,
}


def make_cast(project: Project) -> Cast:
    other = projects.create(name="Elsewhere", slug="elsewhere")
    people = {name: User.objects.create_user(name, password=None) for name in (*PEOPLE, "outsider")}
    for name, role in PEOPLE.items():
        projects.add_member(project=project, user=people[name], roles=[role])
    projects.add_member(project=other, user=people["outsider"], roles=list(Role))
    return Cast(**people)


@pytest.fixture
def cast(level: str, project: Project) -> Cast:
    if level not in LEVELS:
        return make_cast(project)
    people = User.objects.filter(username__in=(*PEOPLE, "outsider"))
    return Cast(**{user.username: user for user in people})


@pytest.fixture
def browser_of() -> Callable[[User], Browser]:
    """A signed-in test browser for a person."""

    def sign_in(user: User) -> Browser:
        browser = Browser()
        browser.force_login(user, backend=BACKEND)
        return browser

    return sign_in


@pytest.fixture
def api_key(project: Project, cast: Cast) -> tuple[Client, str]:
    return clients.create(project=project, name="platform", by=cast.admin)


def add_notes(project: Project, generated: list[SyntheticNote]) -> list[Note]:
    news = [notes.NewNote(n.external_id, n.text, n.patient, n.doctor, n.facets) for n in generated]
    return notes.add(project=project, news=news, origin=Note.Origin.IMPORT)


def add_gold(project: Project, by: User) -> list[Note]:
    generated = list(generate(60, seed=7))
    rows = add_notes(project, generated)
    spans = {note.pk: row.spans for note, row in zip(rows, generated, strict=True)}
    revisions.add_imported(project=project, spans=spans, by=by, gold=True)
    return rows


def make_gold_notes() -> tuple[Project, Cast]:
    project = make_project()
    cast = make_cast(project)
    add_gold(project, cast.reviewer)
    return project, cast


@pytest.fixture
def gold_notes(level: str, project: Project) -> list[Note]:
    """Sixty notes with gold."""
    return list(project.notes.order_by("pk"))


@pytest.fixture(scope="session")
def trained() -> ner.Trained:
    """A small real model, trained once for the whole session (a few seconds)."""
    documents = [ner.Document(note.external_id, note.text, note.spans) for note in generate(60, seed=7)]
    settings = ner.Settings(max_steps=60)
    return ner.train(documents[10:], documents[:10], labels=["DISEASE", "TREATMENT"], settings=settings, on_progress=id)


@pytest.fixture
def candidate(level: str, gold_notes: list[Note]) -> ModelVersion:
    """A registered version that waits for approval. Every step ran but training, whose result is the session's."""
    return ModelVersion.objects.select_related("project").get()


def make_first_candidate(trained: ner.Trained) -> tuple[ModelVersion, Cast]:
    project, cast = make_gold_notes()
    with pytest.MonkeyPatch.context() as monkeypatch:
        return make_candidate(project, cast, trained, monkeypatch), cast


def make_candidate(project: Project, cast: Cast, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch) -> ModelVersion:
    judge_few_notes(project)
    # Fresh: a test may bring another model for the same gold.
    run = run_actions.start_training(project=project, by=cast.lead, params={"fresh": True})
    with monkeypatch.context() as patch:
        with_model(patch, trained)
        runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.WAITING, run.error
    return ModelVersion.objects.select_related("project").get(run=run)


@pytest.fixture
def champion(level: str, candidate: ModelVersion) -> Deployment:
    deployment = Deployment.objects.get()
    deployment.model = candidate
    return deployment


def make_champion(trained: ner.Trained) -> None:
    candidate, cast = make_first_candidate(trained)
    decisions.approve(model=candidate, by=cast.approver, reason="Good enough for the tests.")
    # The rest of the run: it finds the deployment and makes the new reference.
    runs.execute(candidate.run_id)


@pytest.fixture
def fresh_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A serving engine of the test's own, stopped afterwards."""
    monkeypatch.setattr(serving, "_engines", {})
    yield
    for engine in serving._engines.values():
        engine.stop()
