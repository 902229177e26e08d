"""The pages of guidelines and labels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import guidelines
from annotation.models import Project, User
from tests.conftest import Cast

TEXT = "Intro.\r\n\r\n## DISEASE\r\nAll <b>of</b> {{ them }}."


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[[User], Browser]) -> Browser:
    return browser_of(cast.reviewer)


def save(browser: Browser, **data: str) -> str:
    address = reverse("guideline_edit", args=["clinic"])
    values = {"text": TEXT, "change": "A section about diseases.", "base_version": "1", **data}
    return browser.post(address, values, follow=True).content.decode()


def test_text_is_saved_as_lines_and_shown_by_section(browser: Browser, project: Project) -> None:
    page = save(browser)
    assert "Version 2 is in force." in page
    assert project.guidelines == TEXT.replace("\r\n", "\n")
    assert 'href="#disease"' in page
    assert "All &lt;b&gt;of&lt;/b&gt; {{ them }}." in page
    old = browser.get(reverse("guidelines", args=["clinic"]), {"version": "1"}).content.decode()
    assert "This is an old version." in old
    assert "Mark every disease and treatment." in old


def test_preview_saves_nothing(browser: Browser, project: Project) -> None:
    page = save(browser, preview="1", change="")
    assert "How it will look" in page
    assert project.guideline_versions.count() == 1


def test_text_without_a_sentence_of_what_changed_is_not_saved(browser: Browser, project: Project) -> None:
    page = save(browser, change=" ")
    assert "Say what changed" in page
    assert "{{ them }}" in page, "the text is kept in the form"
    assert project.guideline_versions.count() == 1


def test_second_editor_is_told_and_loses_nothing(browser: Browser, project: Project, cast: Cast) -> None:
    guidelines.publish(project=project, text="Theirs.", change="By the lead.", by=cast.lead)
    page = save(browser)
    assert "Saved meanwhile: version 2" in page
    assert "By the lead." in page
    assert "{{ them }}" in page
    assert project.guidelines == "Theirs."
    assert 'name="base_version" value="2"' in page
    assert "Version 3 is in force." in save(browser, base_version="2")


def test_compare_shows_what_was_added_and_removed_in_words(browser: Browser, project: Project, cast: Cast) -> None:
    save(browser)
    address = reverse("guideline_compare", args=["clinic"])
    page = browser.get(address).content.decode()
    assert "Version 1 to 2" in page
    assert page.count("Added:") == 4
    assert page.count("Removed:") == 1
    assert "A section about diseases." in page
    assert browser.get(address, {"to": "9"}).status_code == 404
    assert browser.get(address, {"to": "٣x"}).status_code == 404


def test_label_from_new_to_deleted(browser: Browser, project: Project) -> None:
    def post(name: str, /, *args: object, **data: str) -> str:
        return browser.post(reverse(name, args=args), data, follow=True).content.decode()

    values = {"name": "SYMPTOM", "key": "x", "colour": "3", "hint": "A complaint."}
    assert "is a command" not in post("label_add", "clinic", **values)
    label = project.labels.get(name="SYMPTOM")
    assert "The key u is a command" in post("label", label.pk, key="u", colour="3", hint="")
    assert "The label SYMPTOM is saved." in post("label", label.pk, key="y", colour="2", hint="", name="OTHER")
    assert "retire it first" in post("label_delete", label.pk)
    assert "is retired: it is offered no more" in post("label_retire", label.pk)
    assert "Bring it back" in browser.get(reverse("label", args=[label.pk])).content.decode()
    assert "is offered again" in post("label_restore", label.pk)
    post("label_retire", label.pk)
    assert "is deleted" in post("label_delete", label.pk)
    assert project.labels.names() == ["DISEASE", "TREATMENT"]
