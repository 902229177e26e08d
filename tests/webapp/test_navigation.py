from __future__ import annotations

from annotation.access import RIGHTS
from annotation.models import Role
from webapp.navigation import GROUPS, navigation


def test_each_sees_the_pages_they_may_open() -> None:
    annotator = navigation("clinic", RIGHTS[Role.ANNOTATOR], "queue")
    assert [link.title for link in annotator.pages] == ["Queue", "Guidelines"]
    assert "API keys" not in [link.title for link in annotator.groups]
    admin = navigation("clinic", RIGHTS[Role.ADMIN], "clients")
    assert [link.current for link in admin.groups if link.title == "API keys"] == ["page"]


def test_page_and_what_belongs_to_it_are_marked() -> None:
    rights = RIGHTS[Role.REVIEWER]
    for here, title, current in (
        ("teams", "Teams", "page"),
        ("team", "Teams", "true"),
        ("label", "Guidelines", "true"),
    ):
        found = navigation("clinic", rights, here)
        assert found.title == "Annotate"
        assert [link.title for link in found.pages if link.current == current] == [title]
        assert [link.title for link in found.groups if link.current] == ["Annotate"]


def test_note_page_has_no_second_row() -> None:
    found = navigation("clinic", RIGHTS[Role.ANNOTATOR], "task")
    assert found.pages == []
    assert [link.title for link in found.groups if link.current == "true"] == ["Annotate"]


def test_every_page_of_the_header_is_there() -> None:
    rights = {page.right for pages in GROUPS.values() for page in pages}
    for name, pages in GROUPS.items():
        shown = navigation("clinic", rights, pages[0].name)
        assert len(pages) == 1 or [link.title for link in shown.pages] == [page.title for page in pages], name
