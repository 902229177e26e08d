from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from annotation.access import RIGHTS, Right, projects_of, rights_of
from annotation.actions import projects
from annotation.models import Project, Role, User
from tests.conftest import Cast

CURATE = {"read_notes", "assign", "guide", "import", "export"}
EXPECTED = {
    "annotator": {"view", "annotate"},
    "reviewer": {"view", "annotate", "adjudicate", *CURATE},
    "lead": {"view", "train", *CURATE},
    "approver": {"view", "decide"},
    "admin": {"view", "manage_clients", "override"},
    "outsider": set(),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_rights_of_each_role_are_these_and_no_more(project: Project, cast: Cast, name: str) -> None:
    assert rights_of(getattr(cast, name), project) == EXPECTED[name]


def test_rights_every_role_has_some_and_every_right_is_given() -> None:
    assert set(RIGHTS) == set(Role)
    assert frozenset().union(*RIGHTS.values()) == set(Right)


def test_rights_of_training_and_deciding_are_never_one_role() -> None:
    assert not [role for role, rights in RIGHTS.items() if rights >= {Right.TRAIN, Right.DECIDE}]


def test_rights_of_several_roles_add_up(project: Project, cast: Cast) -> None:
    projects.add_member(project=project, user=cast.lead, roles=[Role.ANNOTATOR])
    assert rights_of(cast.lead, project) == {"view", "train", "annotate", *CURATE}


def test_rights_of_a_role_elsewhere_count_for_nothing_here(cast: Cast) -> None:
    assert rights_of(cast.lead, projects.get("elsewhere")) == frozenset()


def test_rights_of_a_superuser_are_those_of_an_admin_and_read_no_note(project: Project) -> None:
    root = User.objects.create_superuser("root", password=None)
    assert rights_of(root, project) == {"view", "manage_clients", "override"}


def test_rights_of_a_person_who_left_are_none(project: Project, cast: Cast) -> None:
    cast.admin.is_active = False
    assert rights_of(cast.admin, project) == frozenset()


def test_rights_of_nobody_are_none(project: Project) -> None:
    assert rights_of(AnonymousUser(), project) == frozenset()


def test_projects_of_a_member_with_two_roles_lists_the_project_once(project: Project, cast: Cast) -> None:
    projects.add_member(project=project, user=cast.lead, roles=[Role.ANNOTATOR])
    assert list(projects_of(cast.lead)) == [project]


def test_projects_of_a_superuser_are_all(cast: Cast) -> None:
    root = User.objects.create_superuser("root", password=None)
    assert {row.slug for row in projects_of(root)} == {"clinic", "elsewhere"}
