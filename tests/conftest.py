"""The cast and the stage: people of each role in one project, a trained model, a champion. All built by actions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from pytest_django.plugin import DjangoDbBlocker

from annotation.actions import clients
from annotation.models import Client, Note, Project, User
from annotation.synthetic import generate
from tests.faults.processes import eventually
from tests.kept import Kept, keep
from tests.levels import (
    PEOPLE,
    Cast,
    add_notes,
    make_candidate,
    make_cast,
    make_challenger,
    make_champion,
    make_first_candidate,
    make_gold_notes,
    make_project,
)
from tests.stack import Stack
from training import ner, serving
from training.models import Deployment, ModelVersion
from webapp.signin import BACKEND

__all__ = ["Cast", "add_notes", "make_candidate"]  # what tests take from here

KeepRows = Callable[[str, Callable[[], object]], Kept]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first, so that the end of a parallel run does not wait for one of them."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database; in the end without the threads that a process keeps for good, which would hold it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


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
LEVELS = ("cast", "gold_notes", "candidate", "champion", "challenger")


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
def kept_challenger(keep_rows: KeepRows, trained: ner.Trained) -> Kept:
    return keep_rows("challenger", lambda: make_challenger(trained))


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


@pytest.fixture
def project(level: str) -> Project:
    return Project.objects.get(slug="clinic") if level else make_project()


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
    return ModelVersion.objects.select_related("project").get(number=1)


@pytest.fixture
def champion(level: str, candidate: ModelVersion) -> Deployment:
    deployment = Deployment.objects.get(environment=Deployment.Environment.PROD)
    deployment.model = candidate
    return deployment


@pytest.fixture
def challenger(level: str, champion: Deployment) -> ModelVersion:
    """A second version of the champion's weights that waits for approval beside it."""
    return ModelVersion.objects.select_related("project").get(number=2)


@pytest.fixture
def fresh_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A serving engine of the test's own, stopped afterwards."""
    monkeypatch.setattr(serving, "_engines", {})
    yield
    for engine in serving._engines.values():
        engine.stop()
    # Their connections go with them, and hold up nothing that empties or drops the database.
    assert eventually(lambda: not any(t.name.startswith("serving-") for t in threading.enumerate()), 10)
