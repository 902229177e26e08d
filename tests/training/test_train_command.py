"""``manage.py train``: errors are one clear sentence on standard error, and standard output stays empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotation.models import Annotation, Note, Project
from tests.conftest import Cast
from tests.pipelines import judge_few_notes, with_model
from training import local_worker, ner, runs
from training.models import ModelVersion, Run


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker in this process, which sees the test's rows: it takes the run before the command looks."""

    @contextmanager
    def ensured() -> Iterator[bool]:
        runs.execute(Run.objects.latest("pk").pk)
        yield False

    monkeypatch.setattr(local_worker, "ensured", ensured)


def train(*options: str) -> str:
    out = StringIO()
    call_command("train", "--project", "clinic", *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_train_json_without_gold_is_a_clear_error(project: Project) -> None:
    with pytest.raises(CommandError, match="Clinic has no gold to train on; annotate or import some notes first"):
        train("--wait", "--json")
    assert not Run.objects.exists()


def test_train_json_with_one_label_in_the_gold_is_a_clear_error(
    project: Project, cast: Cast, gold_notes: list[Note], worker: None
) -> None:
    for row in Annotation.objects.gold():
        Annotation.objects.filter(pk=row.pk).update(
            spans_json=[span for span in row.spans_json if span["label"] == "DISEASE"]
        )
    with pytest.raises(CommandError, match=r"failed: .*has only DISEASE spans, none of TREATMENT; annotate that too"):
        train("--wait", "--json")
    assert not ModelVersion.objects.exists()


def test_train_of_an_unknown_project_names_those_there_are(project: Project) -> None:
    with pytest.raises(CommandError, match=r"no project 'nowhere' \(known: clinic\)"):
        call_command("train", "--project", "nowhere")


def test_train_by_an_unknown_user_is_refused(project: Project, gold_notes: list[Note]) -> None:
    with pytest.raises(CommandError, match="no active user 'nobody'"):
        train("--by", "nobody")
    assert not Run.objects.exists()


def test_train_a_second_time_is_refused_while_the_first_is_unfinished(gold_notes: list[Note]) -> None:
    first = json.loads(train("--json"))
    assert (first["status"], first["model"]) == ("queued", None)
    with pytest.raises(CommandError, match=f"Run {first['run']} trains Clinic already"):
        train("--json")


def test_train_json_prints_the_run_the_model_and_its_f1(
    project: Project, gold_notes: list[Note], worker: None, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_few_notes(project)
    with_model(monkeypatch, trained)
    row: dict[str, Any] = json.loads(train("--wait", "--json"))
    run = Run.objects.get(pk=row["run"])
    assert (row["status"], row["model"], row["f1"]) == ("waiting", 1, run.metrics["f1"])
    assert row["low"] <= row["f1"] <= row["high"]
    assert str(run.created_by) == "trainer (system)"


def test_train_for_people_says_what_the_model_waits_for(
    project: Project, gold_notes: list[Note], worker: None, trained: ner.Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_few_notes(project)
    with_model(monkeypatch, trained)
    assert "clinic v1: F1 0." in (said := train("--wait"))
    assert "waits for approval" in said
