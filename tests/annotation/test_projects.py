from __future__ import annotations

from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from annotation.actions import people, projects
from annotation.errors import ActionError
from annotation.models import Membership, Project, Role, User
from tests.conftest import Cast
from tests.together import together


def test_create_gives_both_labels_with_keys_of_their_own(project: Project) -> None:
    labels = list(project.labels.values_list("name", "key", "colour"))
    assert labels == [("DISEASE", "d", 0), ("TREATMENT", "t", 1)]


def test_create_without_a_slug_makes_one_of_the_name(db: None) -> None:
    assert projects.create(name="Eye clinic, Pune").slug == "eye-clinic-pune"


def test_create_second_time_is_refused(project: Project) -> None:
    with pytest.raises(ActionError, match="exists already"):
        projects.create(name="Clinic again", slug="clinic")
    assert Project.objects.get().name == "Clinic"


@pytest.mark.parametrize("slug", ["my notes", "a/b", "परियोजना", "x" * 61, "a\n"])
def test_create_with_a_slug_that_has_no_address_is_refused(db: None, slug: str) -> None:
    with pytest.raises(ActionError, match="can't stand in an address"):
        projects.create(name="Notes", slug=slug)


def test_create_with_a_name_that_gives_no_slug_is_refused(db: None) -> None:
    with pytest.raises(ActionError, match="can't stand in an address"):
        projects.create(name="परियोजना")


@pytest.mark.django_db(transaction=True)
def test_create_twice_at_once_has_one_winner() -> None:
    results = together(*[partial(projects.create, name="Clinic")] * 2)
    assert sorted(type(result).__name__ for result in results) == ["ActionError", "Project"]
    assert Project.objects.get().labels.count() == 2


def test_get_of_an_unknown_project_names_those_there_are(cast: Cast) -> None:
    with pytest.raises(ActionError, match="known: clinic, elsewhere"):
        projects.get("nowhere")


def test_get_or_oldest_without_slug_gives_the_first_made(cast: Cast) -> None:
    assert projects.get_or_oldest("").slug == "clinic"
    assert projects.get_or_oldest("elsewhere").slug == "elsewhere"


def test_get_or_oldest_without_any_project_says_what_to_do(db: None) -> None:
    with pytest.raises(ActionError, match="import_notes --create"):
        projects.get_or_oldest("")


def test_add_member_second_time_adds_nothing(project: Project, cast: Cast) -> None:
    projects.add_member(project=project, user=cast.annotator, roles=[Role.ANNOTATOR, Role.REVIEWER])
    roles = Membership.objects.filter(project=project, user=cast.annotator).values_list("role", flat=True)
    assert sorted(roles) == ["annotator", "reviewer"]


def test_copy_members_takes_only_the_prefix(project: Project, cast: Cast) -> None:
    target = projects.create(name="Target")
    projects.copy_members(source=project, target=target, prefix="annotator")
    found = Membership.objects.filter(project=target).values_list("user__username", "role")
    assert set(found) == {("annotator", "annotator"), ("annotator2", "annotator")}


def test_add_member_command_gives_the_role(project: Project, cast: Cast) -> None:
    out = StringIO()
    call_command("add_member", "outsider", "approver", "--project", "clinic", stdout=out)
    assert Membership.objects.filter(project=project, user=cast.outsider).get().role == Role.APPROVER
    assert "outsider is Approver in Clinic" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nobody", "admin", "--project", "clinic"], "no active user 'nobody'"),
        (["lead", "admin", "--project", "nowhere"], "no project 'nowhere'"),
        (["lead", "king", "--project", "clinic"], "invalid choice: 'king'"),
    ],
)
def test_add_member_command_that_fails_says_why(cast: Cast, arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("add_member", *arguments)


def test_person_who_left_is_not_found(cast: Cast) -> None:
    User.objects.filter(pk=cast.lead.pk).update(is_active=False)
    with pytest.raises(ActionError, match="no active user 'lead'"):
        people.get("lead")


def test_system_actor_second_time_is_the_same_and_cannot_sign_in(db: None) -> None:
    actor = people.system("importer")
    assert people.system("importer") == actor
    assert not actor.has_usable_password()
    assert not actor.check_password("")
