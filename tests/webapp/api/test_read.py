"""What a key with the scope `read` gets: figures of datasets, runs and models, and notes with their gold."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotation.actions import notes as note_actions
from annotation.actions import projects
from annotation.models import Note, Project, Task
from tests.conftest import Cast
from tests.webapp.api.keys import get, make_key
from training import snapshots
from training.models import Dataset, Deployment, Evaluation, Run


@pytest.fixture
def key(project: Project) -> str:
    return make_key(project, "read")


def answer(key: str, path: str) -> Any:
    response = get(key, path)
    assert response.status_code == 200, response.content
    return response.json()


def queries(key: str, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer(key, path)
    return len(captured)


def all_pages(key: str, path: str, name: str) -> list[Any]:
    rows, cursor = [], ""
    while True:
        body = answer(key, f"{path}&cursor={cursor}")
        rows += body[name]
        if body["next"] is None:
            return rows
        cursor = body["next"]


def sentence(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    detail: str = response.json()["detail"]
    return detail


@pytest.fixture
def dataset(project: Project, cast: Cast, gold_notes: list[Note]) -> Dataset:
    return snapshots.seal(project=project, by=cast.lead)


# Models ---------------------------------------------------------------------------------------------------------------
def test_model_is_the_champion(champion: Deployment, key: str) -> None:
    body = answer(key, "model")
    assert (body["name"], body["version"], body["sha256"]) == ("clinic", 1, champion.model.sha256)
    assert body["labels"] == ["DISEASE", "TREATMENT"]
    assert body["since"].startswith(champion.started_at.isoformat()[:19])


def test_model_without_champion_is_404(key: str) -> None:
    assert "No model of clinic is in service" in sentence(get(key, "model"), 404)


def test_models_lists_versions_and_one_has_its_calibration(champion: Deployment, key: str) -> None:
    (row,) = answer(key, "models")["models"]
    assert (row["number"], row["status"], row["dataset"]) == (1, "approved", 1)
    whole = answer(key, "models/1")
    assert row.items() <= whole.items()
    assert whole["calibration"] == champion.model.calibration
    assert "no model version 2" in sentence(get(key, "models/2"), 404)


# Datasets -------------------------------------------------------------------------------------------------------------
def test_dataset_has_splits_and_quality_without_words(dataset: Dataset, key: str) -> None:
    Dataset.objects.filter(pk=dataset.pk).update(quality={"warnings": ["A few."], "surfaces": {"worst": "Canary"}})
    (row,) = answer(key, "datasets")["datasets"]
    whole = answer(key, "datasets/1")
    assert row.items() <= whole.items()
    assert sum(split["notes"] for split in row["splits"].values()) == 60
    assert whole["quality"] == {"warnings": ["A few."]}
    assert "no dataset 7" in sentence(get(key, "datasets/7"), 404)
    assert "no dataset" in sentence(get(key, f"datasets/{'9' * 25}"), 404)


def test_dataset_of_another_project_is_not_there(champion: Deployment, key: str) -> None:
    theirs = make_key(projects.get("elsewhere"), "read")
    run = Run.objects.get()
    for path in ("datasets/1", "datasets/1/notes", f"runs/{run.pk}", f"runs/{run.pk}/evaluations", "models/1", "model"):
        assert get(theirs, path).status_code == 404, path
    for path in ("datasets", "runs", "models"):
        assert answer(theirs, path) == {path: [], "next": None}


# Notes ----------------------------------------------------------------------------------------------------------------
def test_notes_in_pages_are_each_note_once_with_its_gold(dataset: Dataset, key: str) -> None:
    rows = all_pages(key, "datasets/1/notes?limit=7", "notes")
    items = {item.note_id: item for item in dataset.items.select_related("note")}
    assert [row["id"] for row in rows] == sorted(items)
    for row in rows:
        item = items[row["id"]]
        assert (row["text"], row["uid"], row["split"]) == (item.note.text, str(item.note.uid), item.split)
        assert row["facets"] == item.note.facets
        assert row["spans"] == [span.to_json() for span in item.annotation.marked]


def test_notes_of_a_split(dataset: Dataset, key: str) -> None:
    parts = [all_pages(key, f"datasets/1/notes?limit=200&split={split}", "notes") for split in ("train", "dev", "test")]
    assert all(parts)
    assert sum(map(len, parts)) == 60
    assert {row["split"] for row in parts[2]} == {"test"}


@pytest.mark.parametrize("status", [Note.Status.WITHDRAWN, Note.Status.ERASED])
def test_notes_withdrawn_or_erased_are_never_given(dataset: Dataset, key: str, status: Note.Status) -> None:
    gone = take_away(dataset, status)
    rows = all_pages(key, "datasets/1/notes?limit=50", "notes")
    assert len(rows) == 59
    assert gone not in {row["id"] for row in rows}


def take_away(dataset: Dataset, status: Note.Status) -> int:
    """The id of a test note that is withdrawn or erased from here on."""
    note = dataset.items.filter(split="test").select_related("note")[0].note
    without_key = {"wrapped_key": None} if status == Note.Status.ERASED else {}
    Note.objects.filter(pk=note.pk).update(status=status, **without_key)
    return note.pk


def test_notes_of_the_audit_sample_are_never_given(dataset: Dataset, key: str, project: Project) -> None:
    drawn = dataset.items.select_related("note")[0].note
    note_actions.open_tasks(project=project, notes=[drawn], reason=Task.Reason.RANDOM_AUDIT)
    rows = all_pages(key, "datasets/1/notes?limit=50", "notes")
    assert len(rows) == 59
    assert drawn.pk not in {row["id"] for row in rows}


BAD_PAGES = ["limit=0", "limit=201", "limit=x", "cursor=-1", "cursor=0", "cursor=%F0%9F%A4%95", f"cursor={'9' * 25}"]


def test_page_that_can_not_be_read_is_422(dataset: Dataset, key: str) -> None:
    for asked in (*BAD_PAGES, "split=Canary"):
        said = sentence(get(key, f"datasets/1/notes?{asked}"), 422)
        assert asked.split("=")[0] in said
        assert "Canary" not in said


# Runs -----------------------------------------------------------------------------------------------------------------
def test_run_has_steps_with_durations(champion: Deployment, key: str) -> None:
    run = Run.objects.get()
    (row,) = answer(key, "runs")["runs"]
    whole = answer(key, f"runs/{run.pk}")
    assert row.items() <= whole.items()
    assert (row["id"], row["kind"], row["model"]) == (run.pk, "pipeline", 1)
    steps = {step["name"]: step for step in whole["steps"]}
    assert list(steps) == list(run.steps.order_by("position").values_list("name", flat=True))
    assert steps["evaluate"]["status"] == "succeeded"
    assert steps["evaluate"]["seconds"] > 0
    assert "no run 999" in sentence(get(key, "runs/999999"), 404)


def test_runs_leaves_out_imports_and_exports(project: Project, key: str) -> None:
    for kind in (Run.Kind.INGEST, Run.Kind.EXPORT):
        other = Run.objects.create(project=project, kind=kind, params={"upload": "Canary.jsonl"})
        assert get(key, f"runs/{other.pk}").status_code == 404
    assert answer(key, "runs")["runs"] == []


def test_evaluations_give_each_note_with_counts_and_spans(champion: Deployment, key: str) -> None:
    run = Run.objects.get()
    rows = {row["role"]: row for row in answer(key, f"runs/{run.pk}/evaluations")["evaluations"]}
    assert set(rows) == {"candidate", "baseline"}
    stored = Evaluation.objects.get(run=run, role="candidate")
    told = rows["candidate"]
    assert (told["scores"], told["per_label"], told["slices"]) == (stored.scores, stored.per_label, stored.slices)
    assert [[n["id"], n["tp"], n["fp"], n["fn"]] for n in told["notes"]] == [row[:4] for row in stored.per_note]
    for note in told["notes"]:
        assert len(note["found"]) == note["tp"] + note["fp"]
        assert sum(counts["tp"] for counts in note["labels"].values()) == note["tp"]
    assert told["left_out"] == 0
    gone = take_away(stored.dataset, Note.Status.WITHDRAWN)
    for row in answer(key, f"runs/{run.pk}/evaluations")["evaluations"]:
        assert gone not in {note["id"] for note in row["notes"]}
        assert row["left_out"] == 1


# Cost -----------------------------------------------------------------------------------------------------------------
def test_queries_do_not_grow_with_the_rows(champion: Deployment, key: str, project: Project) -> None:
    run = Run.objects.get()
    answer(key, "model")  # the key is known from here on
    assert queries(key, "datasets/1/notes?limit=1") == queries(key, "datasets/1/notes?limit=60") <= 3
    before = {path: queries(key, path) for path in ("datasets", "runs", "models", f"runs/{run.pk}/evaluations")}
    for version in range(2, 6):
        Dataset.objects.create(project=project, version=version, sha256="x", status="sealed")
        Run.objects.create(project=project, kind=Run.Kind.TRIAL, parent=run)
    assert len(answer(key, "datasets")["datasets"]) == 5
    assert {path: queries(key, path) for path in before} == before
    assert max(before.values()) <= 4
    assert queries(key, f"runs/{run.pk}") <= 3
