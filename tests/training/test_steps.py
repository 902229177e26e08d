"""The steps of a training as a whole: what they make, where it comes from, and that it holds no patient's word."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from annotation.actions import notes, revisions
from annotation.models import Note, Project
from annotation.spans import Span
from tests.conftest import Cast
from tests.pipelines import with_model, without_fresh_process
from training import ner, runs
from training.actions import runs as actions
from training.models import Dataset, Deployment, Evaluation, ModelVersion, Run
from training.ner.package import folder_sha256
from training.recipes import recipe
from training.steps import fit


def test_training_registers_a_model_with_its_lineage(candidate: ModelVersion, cast: Cast) -> None:
    assert (candidate.number, candidate.status) == (1, ModelVersion.Status.PENDING_APPROVAL)
    assert candidate.trained_by == cast.lead
    assert candidate.dataset == Dataset.objects.get(kind="snapshot")
    assert candidate.labels == ["DISEASE", "TREATMENT"]
    assert candidate.sha256 == folder_sha256(candidate.path)
    assert candidate.size == sum(path.stat().st_size for path in candidate.path.rglob("*") if path.is_file())
    facts = json.loads((candidate.path / "marginalia.json").read_text())
    assert facts["dataset"] == candidate.dataset.sha256
    assert not Deployment.objects.exists(), "training puts nothing in service"


def test_training_evaluates_on_the_sealed_test_notes(candidate: ModelVersion) -> None:
    evaluation = Evaluation.objects.get(run=candidate.run, role="candidate")
    test = list(candidate.dataset.items.filter(split="test").order_by("note_id").values_list("note_id", flat=True))
    assert [row[0] for row in evaluation.per_note] == test
    assert evaluation.scores["notes"] == len(test)
    tp, fp, fn = (sum(row[i] for row in evaluation.per_note) for i in (1, 2, 3))
    assert evaluation.scores["f1"] == pytest.approx(2 * tp / (2 * tp + fp + fn))
    assert candidate.run.metrics == {"f1": evaluation.scores["f1"], "model": 1}
    assert (evaluation.compared_with, evaluation.difference) == (None, {})


def test_training_compares_with_the_champion_on_the_same_notes(
    champion: Deployment, challenger: ModelVersion, cast: Cast
) -> None:
    evaluation = Evaluation.objects.get(run=challenger.run, role="candidate")
    rival = evaluation.compared_with
    assert challenger.number == 2
    assert rival is not None
    assert (rival.model, rival.dataset, rival.run) == (champion.model, evaluation.dataset, challenger.run)
    assert rival.per_note == evaluation.per_note, "the same weights"
    assert evaluation.difference == {"value": 0.0, "low": 0.0, "high": 0.0, "p": 1.0}


def test_training_keeps_words_of_the_notes_out_of_the_artefact(
    project: Project, cast: Cast, gold_notes: list[Note]
) -> None:
    """The real training, small."""
    texts = [f"Canarina{'bcdfgh'[i]} Qanary, ph 98765{i}4321. k/c/o T2DM, Tab Metformin." for i in range(6)]
    news = [notes.NewNote(f"canary-{i}", text, patient=f"canary-{i}") for i, text in enumerate(texts)]
    rows = notes.add(project=project, news=news, origin=Note.Origin.IMPORT)
    start = texts[0].index("T2DM")
    gold = [Span(start, start + 4, "DISEASE")]
    revisions.add_imported(project=project, spans={row.pk: gold for row in rows}, by=cast.reviewer, gold=True)
    params = {"settings": {"max_steps": 12, "min_steps": 5, "eval_every": 6}}
    run = actions.start_training(project=project, by=cast.lead, params=params)
    runs.execute(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.WAITING, run.error
    model = ModelVersion.objects.get(run=run)
    assert model.dataset.items.filter(split="train", note__in=rows).exists()
    data = b"".join(path.read_bytes() for path in sorted(model.path.rglob("*")) if path.is_file()).lower()
    assert data
    assert b"canarina" not in data
    assert b"qanary" not in data
    assert b"98765" not in data


def test_training_takes_its_settings_from_the_run(
    project: Project, cast: Cast, gold_notes: list[Note], trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def remember(train: Any, dev: Any, **options: Any) -> ner.Trained:
        seen.update(options, train=train, dev=dev)
        return trained

    without_fresh_process(monkeypatch)
    monkeypatch.setattr(
        fit, "recipe", lambda name: SimpleNamespace(train=remember) if name == "spacy" else recipe(name)
    )
    params = {"settings": {"max_steps": 7}, "recipe": "spacy", "seed": 3}
    run = actions.start_training(project=project, by=cast.lead, params=params)
    runs.execute(run.pk)
    assert (seen["settings"], seen["seed"], seen["labels"]) == ({"max_steps": 7}, 3, ["DISEASE", "TREATMENT"])
    dataset = Dataset.objects.get(kind="snapshot")
    test = set(dataset.items.filter(split="test").values_list("note_id", flat=True))
    assert not test & {int(document.id) for document in (*seen["train"], *seen["dev"])}
    assert len(seen["train"]) + len(seen["dev"]) + len(test) == len(gold_notes)


@pytest.fixture
def run_of_60(project: Project, cast: Cast, gold_notes: list[Note]) -> Run:
    return actions.start_training(project=project, by=cast.lead)


def test_package_of_a_second_attempt_removes_what_the_first_left(
    project: Project,
    cast: Cast,
    gold_notes: list[Note],
    trained: ner.Trained,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left_over = settings.MODELS_DIR / "clinic" / "run-1-1"
    run = actions.start_training(project=project, by=cast.lead)
    left_over = left_over.with_name(f"run-{run.pk}-1")
    left_over.mkdir(parents=True)
    Run.objects.filter(pk=run.pk).update(attempt=1)
    with_model(monkeypatch, trained)
    runs.execute(run.pk)
    assert [path.name for path in left_over.parent.iterdir()] == [f"run-{run.pk}-2"]
