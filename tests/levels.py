"""What tests begin with, level upon level, made by the actions: people, gold, a candidate, a champion, a challenger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from annotation.actions import notes, projects, revisions
from annotation.models import Note, Project, Role, User
from annotation.synthetic import SyntheticNote, generate
from monitoring.actions import decisions
from tests.pipelines import judge_few_notes, with_model
from training import ner, runs
from training.actions import runs as run_actions
from training.models import ModelVersion, Run


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


PEOPLE = {
    "annotator": Role.ANNOTATOR,
    "annotator2": Role.ANNOTATOR,
    "reviewer": Role.REVIEWER,
    "lead": Role.ML_LEAD,
    "approver": Role.APPROVER,
    "admin": Role.ADMIN,
}


def make_project() -> Project:
    return projects.create(name="Clinic", slug="clinic", guidelines="Mark every disease and treatment.")


def make_cast(project: Project) -> Cast:
    other = projects.create(name="Elsewhere", slug="elsewhere")
    people = {name: User.objects.create_user(name, password=None) for name in (*PEOPLE, "outsider")}
    for name, role in PEOPLE.items():
        projects.add_member(project=project, user=people[name], roles=[role])
    projects.add_member(project=other, user=people["outsider"], roles=list(Role))
    return Cast(**people)


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


def make_champion(trained: ner.Trained) -> Cast:
    candidate, cast = make_first_candidate(trained)
    decisions.approve(model=candidate, by=cast.approver, reason="Good enough for the tests.")
    # The rest of the run: it finds the deployment and makes the new reference.
    runs.execute(candidate.run_id)
    return cast


def make_challenger(trained: ner.Trained) -> None:
    cast = make_champion(trained)
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_candidate(Project.objects.get(slug="clinic"), cast, trained, monkeypatch)
