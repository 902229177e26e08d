"""Notes and gold of another system: stored once, checked, asked of annotators; enough of it starts a training."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotation.actions import revisions
from annotation.models import Annotation, Note, Project, Task
from annotation.synthetic import generate
from tests.conftest import Cast
from tests.together import together
from tests.webapp.api.keys import get, make_key, send
from training import snapshots
from training.actions import rules, triggers
from training.actions import runs as run_actions
from training.models import Deployment, Run

TEXT = "😀 k/c/o T2DM, Tab Metformin 500 BD."
T2DM = {"start": 8, "end": 12, "label": "DISEASE"}
DRUG = {"start": 18, "end": 27, "label": "TREATMENT"}


@pytest.fixture
def key(project: Project, cast: Cast) -> str:
    return make_key(project, "write", "read")


def notes_in(key: str, *notes: Any, status: int = 200) -> list[dict[str, Any]]:
    response = send(key, "notes", {"notes": list(notes)})
    assert response.status_code == status, response.content
    rows: list[dict[str, Any]] = response.json()["notes"]
    return rows


def gold_in(key: str, *rows: Any, status: int = 200) -> list[dict[str, Any]]:
    response = send(key, "annotations", {"annotations": list(rows)})
    assert response.status_code == status, response.content
    found: list[dict[str, Any]] = response.json()["annotations"]
    return found


def sentence(response: Any, status: int) -> str:
    assert response.status_code == status, response.content
    detail: str = response.json()["detail"]
    return detail


@pytest.fixture
def note(key: str, project: Project) -> Note:
    Project.objects.update(audit_rate=0.0)
    notes_in(key, {"id": "n1", "text": TEXT})
    return Note.objects.get(external_id="n1")


# Notes ----------------------------------------------------------------------------------------------------------------
def test_notes_are_stored_and_asked_of_annotators(key: str, project: Project) -> None:
    Project.objects.update(audit_rate=0.0)
    (row,) = notes_in(key, {"id": "n1", "text": TEXT, "specialty": "endocrinology", "patient": "p7"})
    assert row == {"id": "n1", "status": "added", "errors": [], "warnings": []}
    note = Note.objects.get(external_id="n1")
    assert (note.text, note.specialty, note.origin) == (TEXT, "endocrinology", Note.Origin.API)
    assert note.tasks.get().reason == Task.Reason.LABEL


def test_notes_drawn_for_the_audit_get_that_task_alone(key: str, project: Project) -> None:
    Project.objects.update(audit_rate=1.0)
    notes_in(key, {"id": "n1", "text": TEXT})
    assert [task.reason for task in Note.objects.get().tasks.all()] == [Task.Reason.RANDOM_AUDIT]


def test_each_note_has_its_own_verdict(key: str, note: Note) -> None:
    rows = notes_in(
        key,
        {"id": "n1", "text": TEXT},
        {"id": "n1", "text": "Canary."},
        {"id": "n2", "text": ""},
        {"id": "n3", "text": "Asthma.", "city": ["x"]},
        {"id": ["x"], "text": "Asthma."},
        {"text": "Fever."},
    )
    assert [row["status"] for row in rows] == ["known", "error", "error", "added", "error", "added"]
    assert "used before in this upload" in rows[1]["errors"][0]
    assert "The text is empty" in rows[2]["errors"][0]
    assert "left out" in rows[3]["warnings"][0]
    assert (rows[4]["id"], rows[5]["id"]) == (None, Note.objects.get(length=6).external_id)
    assert note.tasks.count() == 1


def test_known_id_with_another_text_is_a_conflict(key: str, note: Note) -> None:
    (row,) = notes_in(key, {"id": "n1", "text": "Canary."}, status=409)
    assert (row["status"], "another text before" in row["errors"][0]) == ("conflict", True)
    clash, good = notes_in(key, {"id": "n1", "text": "Canary."}, {"id": "n2", "text": "Fever."})
    assert (clash["status"], good["status"]) == ("conflict", "added")
    assert Note.objects.get(external_id="n1").text == TEXT


def test_bodies_of_another_shape_are_422(key: str) -> None:
    for path, name in (("notes", "notes"), ("annotations", "annotations")):
        bodies = ([], {}, {name: {}}, {name: []}, {name: [{}] * 101}, {name: ["x"]}, {name: [{}], "more": 1})
        for body in bodies:
            sentence(send(key, path, body), 422)
    assert not Note.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_same_note_at_once_is_stored_once(key: str) -> None:
    made = together(*[lambda: notes_in(key, {"id": "n1", "text": TEXT})[0]["status"]] * 6)
    assert sorted(made) == ["added", *["known"] * 5]
    assert Note.objects.get().tasks.count() == 1


# Gold -----------------------------------------------------------------------------------------------------------------
def test_annotations_become_gold_once(key: str, note: Note) -> None:
    for _ in range(2):
        assert gold_in(key, {"id": "n1", "entities": [DRUG, T2DM]}) == [
            {"id": "n1", "status": "gold", "revision": 1, "errors": []}
        ]
    row = note.annotations.get()
    assert (row.status, row.origin, row.spans_json) == (Annotation.Status.GOLD, Annotation.Origin.IMPORT, [T2DM, DRUG])
    assert str(row.author).startswith("client-")


def test_annotations_count_utf16_when_asked(key: str, note: Note) -> None:
    row = {**T2DM, "start": 9, "end": 13}
    gold_in(key, {"id": "n1", "entities": [row], "index_type": "utf16"})
    assert note.annotations.get().spans_json == [T2DM]


def test_other_gold_is_replaced_by_whoever_has_seen_it(key: str, note: Note) -> None:
    gold_in(key, {"id": "n1", "entities": [T2DM]})
    (row,) = gold_in(key, {"id": "n1", "entities": [DRUG]}, status=409)
    assert (row["status"], "send if_revision" in row["errors"][0]) == ("conflict", True)
    gold_in(key, {"id": "n1", "entities": [DRUG], "if_revision": 0}, status=409)
    (row,) = gold_in(key, {"id": "n1", "entities": [DRUG], "if_revision": 1})
    assert row["revision"] == 2
    assert note.annotations.gold().get().spans_json == [DRUG]


@pytest.mark.django_db(transaction=True)
def test_two_who_saw_the_same_revision_do_not_both_win(key: str, note: Note) -> None:
    sets = [[T2DM], [DRUG], [T2DM, DRUG], []]

    def say(spans: list[Any]) -> int:
        row = {"id": "n1", "entities": spans, "if_revision": 0}
        return send(key, "annotations", {"annotations": [row]}).status_code

    made = together(*[lambda spans=spans: say(spans) for spans in sets])
    assert sorted(made) == [200, 409, 409, 409]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"id": "nobody", "entities": []}, "no note with this id"),
        ({"id": 1.5, "entities": []}, "no note with this id"),
        ({"entities": []}, "no note with this id"),
        ({"id": "n1"}, "not a list"),
        ({"id": "n1", "entities": [{"start": 0, "end": 99, "label": "DISEASE"}]}, "outside the text"),
        ({"id": "n1", "entities": [{**T2DM, "label": "Dose"}]}, "unknown label"),
        ({"id": "n1", "entities": [T2DM, {**T2DM, "start": 9}]}, "overlaps"),
        ({"id": "n1", "entities": [T2DM], "if_revision": True}, "if_revision is no whole number"),
        ({"id": "n1", "entities": [T2DM], "index_type": "bytes"}, "index_type is none"),
    ],
)
def test_annotation_that_can_not_be_is_an_error_of_its_row(key: str, note: Note, row: Any, says: str) -> None:
    (told,) = gold_in(key, row, status=422)
    assert told["status"] == "error"
    assert says in told["errors"][0]
    assert not note.annotations.exists()


def test_annotation_with_an_unknown_field_is_422(key: str, note: Note) -> None:
    body = {"annotations": [{"id": "n1", "entities": [], "revision": 1}]}
    assert "unknown" in sentence(send(key, "annotations", body), 422)


def test_notes_annotated_blind_take_no_gold(key: str, note: Note, project: Project) -> None:
    Task.objects.create(project=project, note=note, reason=Task.Reason.RANDOM_AUDIT, blind=True)
    (row,) = gold_in(key, {"id": "n1", "entities": [T2DM]}, status=422)
    assert "audit sample" in row["errors"][0]
    Task.objects.all().delete()
    Task.objects.create(project=project, note=note, reason=Task.Reason.DOUBLE, blind=True, doubled=True)
    (row,) = gold_in(key, {"id": "n1", "entities": [T2DM]}, status=409)
    assert "blind" in row["errors"][0]


def test_enough_gold_of_another_system_starts_one_training(
    project: Project, cast: Cast, gold_notes: list[Note]
) -> None:
    key = make_key(project, "write")
    first = run_actions.start_training(project=project, by=cast.lead)
    snapshots.seal(project=project, by=cast.lead)
    run_actions.cancel(run=first)
    Run.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(hours=5))
    eager = {"new_gold": 10, "settle_minutes": 0, "cooldown_hours": 0, "automatic": True}
    rules.change(project=project, values=eager, by=None)
    Project.objects.update(audit_rate=0.0)
    made = list(generate(10, seed=99, prefix="api"))
    notes_in(key, *[{"id": note.external_id, "text": note.text} for note in made])
    assert triggers.look() == []
    rows = [{"id": n.external_id, "entities": [span.to_json() for span in n.spans]} for n in made]
    assert {row["status"] for row in gold_in(key, *rows)} == {"gold"}
    (run,) = triggers.look()
    assert run.trigger == "new_gold"
    assert triggers.look() == []


# One note -------------------------------------------------------------------------------------------------------------
def test_note_is_read_with_its_annotations_and_predictions(key: str, note: Note) -> None:
    gold_in(key, {"id": "n1", "entities": [T2DM]})
    body = get(key, "notes/n1").json()
    assert (body["id"], body["text"], body["length"], body["revision"]) == ("n1", TEXT, len(TEXT), 1)
    assert [(row["status"], row["entities"]) for row in body["annotations"]] == [("gold", [T2DM])]
    assert body["predictions"] == []
    utf16 = get(key, "notes/n1?index_type=utf16").json()
    assert utf16["annotations"][0]["entities"] == [{**T2DM, "start": 9, "end": 13}]


def test_note_of_the_audit_sample_is_read_without_its_annotations(key: str, note: Note, cast: Cast) -> None:
    gold_in(key, {"id": "n1", "entities": [T2DM]})
    Task.objects.create(project=note.project, note=note, reason=Task.Reason.RANDOM_AUDIT, blind=True)
    body = get(key, "notes/n1").json()
    assert (body["audited"], body["annotations"], body["revision"]) == (True, [], 0)


def test_what_waits_for_a_second_opinion_is_not_read(key: str, note: Note, cast: Cast) -> None:
    task = note.tasks.get()
    Task.objects.filter(pk=task.pk).update(doubled=True, blind=True)
    Task.objects.create(project=note.project, note=note, reason=Task.Reason.DOUBLE, blind=True, doubled=True)
    held, _ = revisions.start(task=task, by=cast.annotator)
    revisions.submit(task=held, by=cast.annotator, spans=[], base_revision=0, seconds=1)
    assert get(key, "notes/n1").json()["annotations"] == []


def test_note_that_is_not_there_is_404(key: str, note: Note, cast: Cast) -> None:
    for name in ("n2", "a%2Fb/c", "%00", "%ED%A0%80", "x" * 5000):
        assert "no note with this id" in sentence(get(key, f"notes/{name}"), 404)
    stranger = make_key(Project.objects.get(slug="elsewhere"), "read")
    sentence(get(stranger, "notes/n1"), 404)
    assert '"index_type" is none' in sentence(get(key, "notes/n1?index_type=x"), 422)


# What serves ----------------------------------------------------------------------------------------------------------
def test_labels_are_those_of_the_guidelines_in_force(key: str) -> None:
    body = get(key, "labels").json()
    assert [row["name"] for row in body["labels"]] == ["DISEASE", "TREATMENT"]
    assert body["guidelines"] == 1


def test_model_tells_role_share_and_evaluation(champion: Deployment, project: Project) -> None:
    body = get(make_key(project, "read"), "model").json()
    assert (body["role"], body["share"], body["evaluation"]["dataset"]) == ("champion", 100, 1)
    assert 0 <= body["evaluation"]["scores"]["low"] <= body["evaluation"]["scores"]["f1"]
    assert [row["version"] for row in body["answering"]] == [1]
