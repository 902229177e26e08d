from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from annotation.actions import guidelines, imports, keymaps, labels, notes, revisions, tasks
from annotation.errors import ActionError, TooLate
from annotation.models import Annotation, Label, Note, Project, Task
from annotation.spans import ScoredSpan, Span
from annotation.views.payload import payload
from monitoring.actions import accuracy
from tests.annotation.conftest import DISEASE, TEXT, TREATMENT
from tests.conftest import Cast
from tests.together import together
from training import scoring

AddTask = Callable[..., Task]


@pytest.fixture
def add(project: Project, cast: Cast) -> Callable[..., Label]:
    def add(name: str = "SYMPTOM", key: str = "x", **more: Any) -> Label:
        values = {"colour": 2, "hint": "A complaint.", **more}
        return labels.add(project=project, name=name, key=key, by=cast.reviewer, **values)

    return add


def latest(project: Project) -> tuple[int, str]:
    newest = guidelines.current(project)
    assert newest
    return newest.version, newest.change


# Adding and changing ----------------------------------------------------------------------------------------------
def test_add_is_a_new_version_of_the_guidelines(project: Project, add: Callable[..., Label], cast: Cast) -> None:
    add()
    newest = guidelines.current(project)
    assert newest
    assert (newest.version, newest.change, newest.created_by) == (2, "Label SYMPTOM is new.", cast.reviewer)
    assert [label["name"] for label in newest.labels] == ["DISEASE", "TREATMENT", "SYMPTOM"]
    assert newest.text == "Mark every disease and treatment."
    assert guidelines.unseen(project=project, by=cast.annotator) == newest
    assert guidelines.unseen(project=project, by=cast.reviewer) is None, "who wrote it knows it"


@pytest.mark.parametrize("name", ["", "A B", "1A", "Ä", "<b>", "X" * 41])
def test_add_with_a_name_that_no_format_takes_is_refused(add: Callable[..., Label], name: str) -> None:
    with pytest.raises(ActionError, match="label's name"):
        add(name)


@pytest.mark.parametrize(
    ("key", "message"),
    [("d", "gives the label DISEASE"), ("D", "DISEASE"), ("u", "command"), ("", "one letter"), ("?", "one letter")],
)
def test_add_with_a_key_that_is_taken_is_refused(add: Callable[..., Label], key: str, message: str) -> None:
    with pytest.raises(ActionError, match=message):
        add(key=key)


def test_add_second_time_is_refused_and_publishes_nothing(project: Project, add: Callable[..., Label]) -> None:
    add()
    with pytest.raises(ActionError, match="already"):
        add("symptom", "y")
    with pytest.raises(ActionError, match="colour"):
        add("OTHER", "y", colour=6)
    with pytest.raises(ActionError, match="200"):
        add("OTHER", "y", hint="x" * 201)
    assert latest(project)[0] == 2


def test_change_keeps_the_name_and_says_what_is_new(project: Project, cast: Cast) -> None:
    label = project.labels.get(name="DISEASE")
    labels.change(label=label, key="k", colour=0, hint="An illness.", by=cast.lead)
    label.refresh_from_db()
    assert (label.name, label.key, label.hint) == ("DISEASE", "k", "An illness.")
    assert latest(project) == (2, "Label DISEASE: another key and hint.")
    labels.change(label=label, key="k", colour=0, hint="An illness.", by=cast.lead)
    assert latest(project)[0] == 2


def test_command_keys_are_those_of_the_note_page(project: Project) -> None:
    usual = {key for key in keymaps.COMMANDS.values() if len(key) == 1 and key.isalnum()}
    assert usual == labels.COMMAND_KEYS
    script = (Path(labels.__file__).parents[2] / "webapp/static/webapp/js/keymap.js").read_text()
    assert usual == set(re.findall(r'^  \["\w+", "([a-z0-9])", ', script, re.M))


# Retiring ---------------------------------------------------------------------------------------------------------
def test_retire_and_bring_back_each_once(project: Project, add: Callable[..., Label], cast: Cast) -> None:
    label = add()
    labels.retire(label=label, by=cast.lead)
    with pytest.raises(TooLate):
        labels.retire(label=label, by=cast.lead)
    assert latest(project) == (3, "Label SYMPTOM is retired.")
    assert project.labels.active().names() == ["DISEASE", "TREATMENT"]
    other = add("SIGN", "x")
    label.refresh_from_db()
    with pytest.raises(ActionError, match="SIGN already"):
        labels.bring_back(label=label, by=cast.lead)
    labels.change(label=label, key="y", colour=2, hint="", by=cast.lead)
    labels.bring_back(label=label, by=cast.lead)
    with pytest.raises(TooLate):
        labels.bring_back(label=label, by=cast.lead)
    assert set(project.labels.active()) >= {label, other}


@pytest.mark.django_db(transaction=True)
def test_retire_of_the_last_two_at_once_leaves_one(project: Project, cast: Cast) -> None:
    both = [partial(labels.retire, label=label, by=cast.lead) for label in project.labels.all()]
    results = together(*both)
    assert sorted(type(result).__name__ for result in results) == ["ActionError", "NoneType"]
    assert project.labels.active().count() == 1


def test_delete_only_what_is_retired_and_nowhere_used(
    project: Project, add: Callable[..., Label], cast: Cast, add_task: AddTask
) -> None:
    unused, used = add(), add("DRUG", "y")
    with pytest.raises(ActionError, match="retire it first"):
        labels.delete(label=unused, by=cast.lead)
    task = tasks.take(task=add_task(), by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[Span(19, 28, "DRUG")], base_revision=0, seconds=1)
    for label in (unused, used):
        labels.retire(label=label, by=cast.lead)
    with pytest.raises(ActionError, match="stays retired"):
        labels.delete(label=used, by=cast.lead)
    labels.delete(label=unused, by=cast.lead)
    with pytest.raises(TooLate):
        labels.delete(label=Label(pk=unused.pk or 0, project=project, name="SYMPTOM"), by=cast.lead)
    assert project.labels.names() == ["DISEASE", "TREATMENT", "DRUG"]


# What is retired is offered to nobody -----------------------------------------------------------------------------
@pytest.fixture
def without_treatment(project: Project, cast: Cast) -> Label:
    label = project.labels.get(name="TREATMENT")
    labels.retire(label=label, by=cast.lead)
    return label


def test_person_who_opens_gold_with_a_retired_label_is_told_and_can_not_submit_it(
    project: Project, cast: Cast, add_task: AddTask
) -> None:
    task = tasks.take(task=add_task(), by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE, TREATMENT], base_revision=0, seconds=1)
    labels.retire(label=project.labels.get(name="TREATMENT"), by=cast.lead)
    again = tasks.take(task=add_task(note=task.note), by=cast.annotator2)
    told = payload(again, revisions.base_of(again), cast.annotator2)
    assert [label["name"] for label in told["labels"]] == ["DISEASE"]
    assert [span["label"] for span in told["spans"]] == ["DISEASE", "TREATMENT"]
    assert "Retired since: TREATMENT." in told["how"]
    with pytest.raises(ActionError, match="unknown label 'TREATMENT'"):
        revisions.submit(task=again, by=cast.annotator2, spans=[DISEASE, TREATMENT], base_revision=1, seconds=1)
    revisions.submit(task=again, by=cast.annotator2, spans=[DISEASE], base_revision=1, seconds=1)


def test_suggestion_of_a_retired_label_is_not_offered(
    project: Project, cast: Cast, add_task: AddTask, without_treatment: Label
) -> None:
    task = add_task()
    found = [ScoredSpan(*DISEASE, 0.9), ScoredSpan(*TREATMENT, 0.8)]
    revisions.add_prelabels(project=project, found={task.note_id: found}, author_model="clinic v1")
    task = tasks.take(task=task, by=cast.annotator)
    told = payload(task, revisions.base_of(task), cast.annotator)
    assert [span["label"] for span in told["spans"]] == ["DISEASE"]
    assert "Retired" not in told["how"]


def test_import_does_not_take_a_retired_label(
    project: Project, cast: Cast, tmp_path: Path, without_treatment: Label
) -> None:
    file = tmp_path / "n.jsonl"
    file.write_text(
        '{"id": "a", "text": "on metformin", "entities": [{"start": 3, "end": 12, "label": "TREATMENT"}]}\n'
    )
    report = imports.import_file(project=project, path=file, file_format="jsonl", by=cast.reviewer, gold=True)
    assert (report.accepted, report.rejected) == (0, 1)


def test_scores_count_only_the_labels_asked_for() -> None:
    gold, found = [[DISEASE, TREATMENT]], [[DISEASE, Span(0, 5, "TREATMENT")]]
    scores, per_label, _ = scoring.compare(gold, found, ["DISEASE"])
    assert (scores["f1"], list(per_label)) == (1.0, ["DISEASE"])
    assert scoring.compare(gold, found, ["DISEASE", "TREATMENT"])[0]["f1"] == 0.5


def test_accuracy_is_measured_anew_without_the_retired_label(
    project: Project, cast: Cast, champion: object, add_task: AddTask
) -> None:
    task = tasks.take(task=add_task(TEXT, reason=Task.Reason.RANDOM_AUDIT), by=cast.annotator)
    revisions.submit(task=task, by=cast.annotator, spans=[DISEASE, TREATMENT], base_revision=0, seconds=1)
    before = accuracy.refresh(project)
    labels.retire(label=project.labels.get(name="TREATMENT"), by=cast.lead)
    after = accuracy.refresh(project)
    assert before
    assert after
    assert (set(before.value["per_label"]), set(after.value["per_label"])) == ({"DISEASE", "TREATMENT"}, {"DISEASE"})
    assert after.value["entities"] == 1
    assert Annotation.objects.gold().get(task=task).spans == [DISEASE, TREATMENT], "the gold stays as it was"


def test_training_goes_on_with_retired_labels_in_gold(
    project: Project, cast: Cast, gold_notes: list[Note], trained: object, monkeypatch: pytest.MonkeyPatch,
    add: Callable[..., Label],
) -> None:  # fmt: skip
    from tests.conftest import make_candidate

    label = add("DRUG", "y")
    rows = notes.add(project=project, news=[notes.NewNote("drug", "Tab Crocin")], origin=Note.Origin.IMPORT)
    revisions.add_imported(project=project, spans={rows[0].pk: [Span(4, 10, "DRUG")]}, by=cast.reviewer, gold=True)
    labels.retire(label=label, by=cast.lead)
    model = make_candidate(project, cast, trained, monkeypatch)
    assert model.labels == ["DISEASE", "TREATMENT"]
    assert model.dataset.items.filter(note=rows[0]).exists()
