"""Lineage: from a note to what it reached, from an answer back to the people, and what somebody means who types."""

from __future__ import annotations

import uuid

import pytest

from annotation.actions import clients, notes
from annotation.models import Client, Note, Project
from annotation.spans import ScoredSpan
from tests.conftest import Cast
from training import lineage
from training.actions import runs as run_actions
from training.actions.predictions import Found, Source, record
from training.lineage import parts
from training.models import DatasetItem, Deployment, Prediction, Run

REQUEST = uuid.UUID("11111111-2222-3333-4444-555555555555")
Key = tuple[str, int]


@pytest.fixture
def answered(champion: Deployment, cast: Cast) -> list[Prediction]:
    """Two answers of the champion, in one request of the platform: on a note it learned from, and on a new one."""
    client, _ = clients.create(project=champion.project, name="platform", by=cast.admin)
    learned = champion.model.dataset.items.filter(split="train").order_by("note_id").first()
    assert learned
    (new,) = notes.add(project=champion.project, news=[notes.NewNote("live-1", "k/c/o asthma")], origin="api")
    return answer(champion, [learned.note, new], client=client)


def answer(deployment: Deployment, rows: list[Note], *, client: Client | None = None) -> list[Prediction]:
    source = Source(deployment.model_id, deployment.pk, Prediction.Origin.API, client, REQUEST)
    return record(found=[Found(row, [ScoredSpan(0, 1, "DISEASE", 0.9)]) for row in rows], source=source)


def path(found: lineage.Lineage, *kinds: str) -> list[list[Key]]:
    """Every unbroken line through these kinds."""
    lines = lineage.edges(found)
    ways = [[one, other] for one, other in lines if (one[0], other[0]) == kinds[:2]]
    for kind in kinds[2:]:
        ways = [[*way, other] for way in ways for one, other in lines if one == way[-1] and other[0] == kind]
    return ways


def test_note_reaches_revision_dataset_run_model_deployment_and_answer(
    champion: Deployment, answered: list[Prediction]
) -> None:
    note, model = answered[0].note, champion.model
    found = lineage.of_note(note)
    item = DatasetItem.objects.get(dataset=model.dataset, note=note)
    expected = [
        ("note", note.pk), ("revision", item.annotation_id), ("dataset", model.dataset_id), ("run", model.run_id),
        ("model", model.pk), ("deployment", champion.pk), ("prediction", answered[0].pk),
    ]  # fmt: skip
    assert path(found, *(kind for kind, _ in expected)) == [expected]
    assert found.reached == 2, "both answers are by a model that learned from the note"
    assert [item.split for item in found.items] == ["train"]


def test_note_that_no_model_learned_from_reaches_less(champion: Deployment, answered: list[Prediction]) -> None:
    found = lineage.of_note(answered[1].note)
    assert path(found, "model", "deployment", "prediction") == [
        [("model", champion.model_id), ("deployment", champion.pk), ("prediction", answered[1].pk)]
    ]
    assert (found.datasets.total, found.runs.total, found.reached) == (0, 0, 0)
    item = champion.model.dataset.items.filter(split="test").first()
    assert item
    found = lineage.of_note(item.note)
    assert {row.kind for row in found.datasets.rows} == {"snapshot", "test"}
    assert found.reached == 0
    assert [row.pk for row in found.models.rows] == [champion.model_id], "it was scored on it"


def test_answer_leads_back_to_the_people_whose_annotations_it_rests_on(
    champion: Deployment, answered: list[Prediction], cast: Cast
) -> None:
    found = lineage.of_prediction(answered[1])
    learned = champion.model.dataset.items.exclude(split="test")
    assert found.learned == champion.model.dataset
    assert found.notes.total == found.revisions.total == learned.count()
    ways = path(found, "note", "revision", "dataset", "run", "model", "deployment", "prediction")
    assert len(ways) == parts.NEWEST == len(found.notes.rows)
    assert {way[-1] for way in ways} == {("prediction", answered[1].pk)}
    assert {row.author for row in found.revisions.rows} == {cast.reviewer}
    assert [(one.person, one.notes) for one in lineage.contributors(found.learned)] == [
        (cast.reviewer, learned.count())
    ]


def test_lineage_shows_the_newest_and_counts_the_rest(
    champion: Deployment, answered: list[Prediction], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(champion, [answered[0].note] * 23)
    found = lineage.of_model(champion.model)
    newest = list(Prediction.objects.order_by("-pk").values_list("pk", flat=True)[:20])
    assert [row.pk for row in found.predictions.rows] == newest
    assert (found.predictions.total, found.predictions.more) == (25, 5)
    monkeypatch.setattr(parts, "MOST", 21)
    assert lineage.of_model(champion.model).predictions.total == 22, "counted no further than one above the most"


def test_lineage_of_what_stands_between_goes_both_ways(champion: Deployment, answered: list[Prediction]) -> None:
    model, dataset = champion.model, champion.model.dataset
    middle = [("dataset", dataset.pk), ("run", model.run_id), ("model", model.pk), ("deployment", champion.pk)]
    whole = [[*middle, ("prediction", row.pk)] for row in answered[::-1]]
    found = lineage.of_dataset(dataset)
    assert found.notes.total == dataset.items.count()
    assert path(found, "dataset", "run", "model", "deployment", "prediction") == whole
    found = lineage.of_run(Run.objects.get(pk=model.run_id))
    assert path(found, "dataset", "run", "model", "deployment", "prediction") == whole
    test_set = dataset.test_set
    assert test_set
    found = lineage.of_dataset(test_set)
    assert set(found.datasets.rows) == {test_set, dataset}
    assert list(found.models.rows) == [model], "it was scored on the test set"
    assert found.notes.total == test_set.items.count()


def test_lineage_of_a_run_that_failed_early_is_the_run_alone(
    project: Project, cast: Cast, gold_notes: list[Note]
) -> None:
    run = run_actions.start_training(project=project, by=cast.lead)
    run_actions.cancel(run=run)
    found = lineage.of_run(run)
    assert (list(found.runs.rows), found.datasets.total, found.notes.total) == ([run], 0, 0)


NAMES = {
    "run": ("run {run}", "Run #{run}"),
    "model": ("model v1", "version 1", "v1"),
    "dataset": ("dataset v1", "DATASET 1"),
    "test set": ("test set v1", "Test set 1"),
    "prediction": ("prediction {prediction}",),
    "note": (" {note} ", "note {note}", "#{note}", "live-1", "{uid}"),
}


def test_typed_name_is_understood(answered: list[Prediction]) -> None:
    note, model = answered[1].note, answered[1].model
    numbers = {"run": model.run_id, "prediction": answered[1].pk, "note": note.pk, "uid": note.uid}
    rows = {
        "run": model.run, "model": model, "prediction": answered[1], "note": note, "dataset": model.dataset,
        "test set": model.dataset.test_set,
    }  # fmt: skip
    for kind, names in NAMES.items():
        for name in names:
            found = lineage.found_by(name.format(**numbers), project=note.project, notes=True)
            assert [one.row for one in found] == [rows[kind]], name
    found = lineage.found_by(str(REQUEST), project=note.project, notes=True)
    assert [one.row for one in found] == answered


@pytest.mark.parametrize(
    "typed", ["", "   ", "nowhere", "run 999999999999999999", "run x", "9" * 40, "model v2", "\x00"]
)
def test_typed_nonsense_finds_nothing(project: Project, typed: str) -> None:
    assert lineage.found_by(typed, project=project, notes=True) == []


def test_typed_name_finds_nothing_of_another_project_and_no_note_for_who_reads_none(
    answered: list[Prediction], cast: Cast
) -> None:
    elsewhere = Project.objects.get(slug="elsewhere")
    names = ["model v1", "dataset v1", "live-1", str(REQUEST), *(f"{kind} 1" for kind in ("run", "note", "prediction"))]
    names += [f"run {answered[0].model.run_id}", f"prediction {answered[0].pk}", f"note {answered[0].note_id}"]
    assert [lineage.found_by(name, project=elsewhere, notes=True) for name in names] == [[]] * len(names)
    assert lineage.found_by("live-1", project=answered[0].note.project, notes=False) == []
