from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotation.actions import projects
from annotation.models import Annotation, Membership, Note, Project, Role, User
from annotation.spans import Span
from tests.annotation.conftest import DISEASE, TEXT

pytestmark = pytest.mark.django_db
ROWS = [{"id": "1", "text": TEXT, "entities": [[6, 14, "DISEASE"]]}, {"id": "2", "text": ""}]
PUBTATOR = (
    "1|t|k/c/o diabetes, on metformin\n1|a|\n1\t6\t14\tdiabetes\tDisease\tD1\n1\t19\t28\tmetformin\tChemical\tD2\n\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "notes.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def run(*arguments: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_notes", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_import_with_json_prints_the_report_alone(project: Project, file: Path) -> None:
    out, err = run(file, "--project", "clinic", "--gold", "--json")
    report = json.loads(out)
    assert {name: report[name] for name in ("accepted", "duplicate", "rejected", "entities", "dropped")} == {
        "accepted": 1, "duplicate": 0, "rejected": 1, "entities": 1, "dropped": 0,
    }  # fmt: skip
    assert [(row["line"], row["id"]) for row in report["rejections"]] == [(2, "2")]
    assert "accepted" in err


def test_import_without_json_says_it_in_a_sentence_and_names_the_line(project: Project, file: Path) -> None:
    out, _ = run(file, "--project", "clinic")
    assert "1 accepted with 1 entities, 0 duplicate, 1 rejected" in out
    assert "line 2, id 2: The text is empty" in out


def test_import_is_by_the_systems_importer_unless_told(project: Project, file: Path) -> None:
    run(file, "--project", "clinic", "--gold")
    assert Annotation.objects.get().author.username == "system-importer"


def test_import_by_a_person_is_theirs(project: Project, file: Path) -> None:
    User.objects.create_user("rao")
    run(file, "--project", "clinic", "--gold", "--by", "rao")
    assert Annotation.objects.get().author.username == "rao"


def test_import_with_create_makes_the_project_once(file: Path) -> None:
    run(file, "--project", "new", "--create")
    run(file, "--project", "new", "--create")
    project = Project.objects.get()
    assert sorted(project.labels.values_list("name", flat=True)) == ["DISEASE", "TREATMENT"]
    assert Note.objects.get().project == project


def test_import_with_create_shows_the_project_to_the_demos_people_only(file: Path, project: Project) -> None:
    for name in ("demo-asha", "rao"):
        projects.add_member(project=project, user=User.objects.create_user(name), roles=[Role.ADMIN])
    run(file, "--project", "new", "--create")
    members = Membership.objects.filter(project__slug="new").values_list("user__username", "role")
    assert list(members) == [("demo-asha", "admin")]


def test_import_of_pubtator_maps_chemical_and_disease_by_itself(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(PUBTATOR)
    run(path, "--project", "clinic", "--format", "pubtator", "--gold")
    assert Annotation.objects.get().spans == [DISEASE, Span(19, 28, "TREATMENT")]


def test_import_of_pubtator_with_a_map_does_what_it_says(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(PUBTATOR)
    out, _ = run(path, "--project", "clinic", "--format", "pubtator", "--gold", "--map", "Chemical=", "--json")
    assert json.loads(out)["dropped"] == 1
    assert Annotation.objects.get().spans == [DISEASE]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--project", "nowhere"], "no project 'nowhere' .known: clinic"),
        (["--project", "clinic", "--by", "nobody"], "no active user 'nobody'"),
        (["--project", "clinic", "--map", "Chemical"], "no FROM=TO"),
        (["--project", "clinic", "--format", "xml"], "invalid choice: 'xml'"),
        (["--project", "my notes", "--create"], "can't stand in an address"),
        ([], "required: --project"),
    ],
)
def test_import_that_cannot_start_says_why_and_stores_nothing(
    project: Project, file: Path, arguments: list[str], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        run(file, *arguments)
    assert not Note.objects.exists()


def test_import_of_a_file_that_is_not_there_says_so(project: Project, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"There is no .*missing.jsonl; check the path"):
        run(tmp_path / "missing.jsonl", "--project", "clinic")
