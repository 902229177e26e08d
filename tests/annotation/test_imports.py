from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from annotation.actions import imports, notes, projects
from annotation.actions.imports import Report
from annotation.models import Annotation, Note, Project, Task
from tests.annotation.conftest import DISEASE, TEXT, TREATMENT
from tests.conftest import Cast
from tests.together import together

Import = Callable[..., Report]
GOLD = [[6, 14, "DISEASE"]]


def row(number: int, text: str = TEXT, **more: Any) -> dict[str, Any]:
    return {"id": f"n{number}", "text": text, **more}


@pytest.fixture
def import_rows(project: Project, cast: Cast, tmp_path: Path) -> Import:
    """`import_rows(rows, gold=…)`: a JSONL file of these rows, imported."""

    def run(rows: list[Any], *, gold: bool = False, into: Project | None = None, **options: Any) -> Report:
        path = tmp_path / f"{uuid4()}.jsonl"
        path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows))
        place = {"project": into or project, "path": path, "file_format": "jsonl", "by": cast.reviewer}
        return imports.import_file(**place, gold=gold, **options)

    return run


def counts(report: Report) -> tuple[int, int, int]:
    return report.accepted, report.duplicate, report.rejected


# Rows -----------------------------------------------------------------------------------------------------------------
def test_import_with_bad_rows_takes_the_rest_and_names_each(import_rows: Import) -> None:
    report = import_rows([row(1), "{", row(3, ""), row(4, entities=[[0, 99, "DISEASE"]]), row(5)])
    assert counts(report) == (2, 0, 3)
    assert [(r.line, r.external_id) for r in report.rejections] == [(2, ""), (3, "n3"), (4, "n4")]
    assert all(r.reason for r in report.rejections)
    assert set(Note.objects.values_list("external_id", flat=True)) == {"n1", "n5"}


def test_import_second_time_changes_nothing(import_rows: Import) -> None:
    rows = [row(1, entities=GOLD), row(2)]
    first, second = import_rows(rows), import_rows(rows)
    assert (counts(first), counts(second)) == ((2, 0, 0), (0, 2, 0))
    assert (Note.objects.count(), Task.objects.count(), Annotation.objects.count()) == (2, 2, 1)


def test_import_into_two_projects_keeps_them_apart(import_rows: Import) -> None:
    other = projects.get("elsewhere")
    assert [counts(import_rows([row(1)], into=into)) for into in (None, other)] == [(1, 0, 0)] * 2


def test_import_of_a_known_id_with_another_text_is_rejected_and_keeps_the_text(import_rows: Import) -> None:
    import_rows([row(1)])
    report = import_rows([row(1, TEXT + " ")])
    assert counts(report) == (0, 0, 1)
    assert "a text never changes" in report.rejections[0].reason
    assert Note.objects.get().text == TEXT


@pytest.mark.parametrize(
    ("again", "expected", "says"),
    [
        (row(1, entities=GOLD), (1, 1, 0), ""),
        (row(1, "another", entities=[]), (1, 0, 1), "different texts"),
        (row(1, entities=[]), (1, 0, 1), "different spans"),
    ],
)
def test_import_of_an_id_twice_in_a_file(
    import_rows: Import, again: dict[str, Any], expected: tuple[int, int, int], says: str
) -> None:
    report = import_rows([row(1, entities=GOLD), again], gold=True)
    assert counts(report) == expected
    assert says in "".join(r.reason for r in report.rejections)


def test_import_keeps_facets_and_hides_people(import_rows: Import) -> None:
    import_rows([row(1, patient="Ramesh", doctor="Dr Rao", facets={"city": "Pune", "language": "hi"})])
    note = Note.objects.get()
    assert (note.city, note.language, note.specialty) == ("Pune", "hi", "")
    assert "Ramesh" not in note.patient
    assert len(note.patient) == len(note.doctor) == 32


# Gold and drafts ------------------------------------------------------------------------------------------------------
def test_import_of_gold_makes_gold_and_no_task(import_rows: Import) -> None:
    report = import_rows([row(1, entities=GOLD), row(2, entities=[]), row(3)], gold=True)
    assert (counts(report), report.entities) == ((3, 0, 0), 1)
    gold = {annotation.note.external_id: annotation.spans for annotation in Annotation.objects.gold()}
    assert gold == {"n1": [DISEASE], "n2": []}  # n3 says nothing about entities: that is no gold
    assert not Task.objects.exists()


def test_import_without_gold_makes_drafts_and_tasks_in_the_order_of_the_file(
    project: Project, import_rows: Import
) -> None:
    Project.objects.update(audit_rate=0)
    project.refresh_from_db()
    import_rows([row(2, entities=GOLD), row(1)])
    assert [(a.note.external_id, a.status) for a in Annotation.objects.all()] == [("n2", "draft")]
    queue = Task.objects.waiting().in_queue_order()
    assert [(t.note.external_id, t.reason, t.blind) for t in queue] == [("n2", "label", False), ("n1", "label", False)]


def test_import_draws_audits_which_are_blind_and_nothing_else(project: Project, import_rows: Import) -> None:
    Project.objects.update(audit_rate=1)
    project.refresh_from_db()
    import_rows([row(1), row(2)])
    assert list(Task.objects.values_list("reason", "blind")) == [("random_audit", True)] * 2


def test_import_of_gold_for_known_notes_adds_it_once(import_rows: Import) -> None:
    import_rows([row(1), row(2, entities=GOLD)])
    rows = [row(1, entities=GOLD), row(2, entities=GOLD)]
    first, second = import_rows(rows, gold=True), import_rows(rows, gold=True)
    assert (counts(first), counts(second)) == ((2, 0, 0), (0, 2, 0))
    assert [(a.revision, a.status) for a in Annotation.objects.filter(note__external_id="n2")] == [
        (1, "draft"),
        (2, "gold"),
    ]


def test_import_of_other_gold_is_rejected_and_keeps_the_first(import_rows: Import) -> None:
    import_rows([row(1, entities=GOLD)], gold=True)
    report = import_rows([row(1, entities=[])], gold=True)
    assert counts(report) == (0, 0, 1)
    assert "has other gold already" in report.rejections[0].reason
    assert Annotation.objects.gold().get().spans == [DISEASE]


def test_import_with_a_label_map_counts_what_it_leaves_out(import_rows: Import) -> None:
    rows = [row(1, entities=[[6, 14, "Cond"], [19, 28, "Drug"], [0, 5, "Hist"]])]
    report = import_rows(rows, gold=True, label_map={"Cond": "DISEASE", "Drug": "TREATMENT", "Hist": ""})
    assert (report.entities, report.dropped) == (2, 1)
    assert Annotation.objects.get().spans == [DISEASE, TREATMENT]


# Batches --------------------------------------------------------------------------------------------------------------
def test_import_that_is_stopped_goes_on_from_there(import_rows: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    rows = [row(number) for number in range(5)]

    def stop(report: Report) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        import_rows(rows, on_progress=stop)
    assert Note.objects.count() == 2
    assert counts(import_rows(rows)) == (3, 2, 0)


def test_import_reports_after_each_batch(import_rows: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "CHUNK", 2)
    seen: list[tuple[int, int]] = []
    import_rows([row(n) for n in range(5)], on_progress=lambda report: seen.append((report.line, report.accepted)))
    assert seen == [(2, 2), (4, 4), (5, 5)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stops", [False, True])
def test_import_is_on_the_disk_when_it_is_over(import_rows: Import, stops: bool) -> None:
    places = []

    def place(function: str) -> str:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}()")
            return str(cursor.fetchone()[0])

    def on_progress(_: Report) -> None:
        places.append(place("pg_current_wal_insert_lsn"))
        if stops:
            raise RuntimeError("stopped")

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")  # the tests' server waits for no disk
    with pytest.raises(RuntimeError) if stops else nullcontext():
        import_rows([row(1), row(2)], on_progress=on_progress)
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
        cursor.execute("SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn", [places[-1]])
        assert cursor.fetchone() == (True,)
    assert Note.objects.count() == 2


def test_import_of_many_bad_rows_shows_some_and_counts_all(
    import_rows: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "SHOWN_REJECTIONS", 3)
    report = import_rows(["{"] * 10)
    assert (report.rejected, len(report.rejections)) == (10, 3)
    assert report.to_json()["rejected"] == 10


@pytest.mark.django_db(transaction=True)
def test_import_of_a_file_twice_at_once_takes_each_note_once(import_rows: Import) -> None:
    rows = [row(number, entities=GOLD) for number in range(30)]
    reports = together(partial(import_rows, rows, gold=True), partial(import_rows, rows, gold=True))
    assert sorted(counts(report) for report in reports) == [(0, 30, 0), (30, 0, 0)]
    assert (Note.objects.count(), Annotation.objects.gold().count()) == (30, 30)


@pytest.mark.django_db(transaction=True)
def test_import_while_the_api_stores_the_same_ids_looks_again(
    project: Project, import_rows: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    news = [notes.NewNote(f"n{number}", TEXT) for number in range(3)]
    sort_out, meanwhile = imports._sort_out, [partial(notes.add, project=project, news=news, origin=Note.Origin.API)]

    def and_then_the_api(*args: Any) -> Any:
        found = sort_out(*args)
        if meanwhile:
            (stored,) = together(meanwhile.pop())
            assert len(stored) == 3
        return found

    monkeypatch.setattr(imports, "_sort_out", and_then_the_api)
    assert counts(import_rows([row(number) for number in range(5)])) == (2, 3, 0)
    assert Note.objects.count() == 5
