from __future__ import annotations

from functools import partial

import pytest

from annotation.actions import guidelines
from annotation.comparison import changes
from annotation.errors import ActionError, TooLate
from annotation.models import Guideline, GuidelineSeen, Project
from tests.conftest import Cast
from tests.together import together


def test_publish_adds_a_version_and_each_is_shown_it_once(project: Project, cast: Cast) -> None:
    assert guidelines.unseen(project=project, by=cast.annotator) is None, "the first version is no change"
    made = guidelines.publish(project=project, text="## DISEASE\nAll.", change=" New\n text. ", by=cast.lead)
    assert (made.version, made.change, project.guidelines) == (2, "New text.", "## DISEASE\nAll.")
    assert guidelines.unseen(project=project, by=cast.annotator) == made
    for _ in range(2):
        guidelines.see(guideline=made, by=cast.annotator)
    assert guidelines.unseen(project=project, by=cast.annotator) is None
    assert GuidelineSeen.objects.filter(user=cast.annotator).count() == 1


def test_publish_from_an_older_version_is_refused_and_writes_nothing(project: Project, cast: Cast) -> None:
    guidelines.publish(project=project, text="Theirs.", change="x", by=cast.lead, base_version=1)
    with pytest.raises(TooLate, match="Version 2"):
        guidelines.publish(project=project, text="Mine.", change="x", by=cast.reviewer, base_version=1)
    assert project.guidelines == "Theirs."


@pytest.mark.parametrize("text", ["x" * 50_001, "a\x00b"])
def test_publish_of_a_text_that_no_column_takes_is_refused(project: Project, cast: Cast, text: str) -> None:
    with pytest.raises(ActionError, match="50,000"):
        guidelines.publish(project=project, text=text, change="x", by=cast.lead)


@pytest.mark.django_db(transaction=True)
def test_publish_by_two_at_once_has_one_winner(project: Project, cast: Cast) -> None:
    work = [
        partial(guidelines.publish, project=project, text=text, change="x", by=cast.lead, base_version=1)
        for text in ("one", "two")
    ]
    results = together(*work)
    assert sorted(type(result).__name__ for result in results) == ["Guideline", "TooLate"]
    assert Guideline.objects.filter(project=project).count() == 2


def test_changes_are_told_by_line_with_some_around() -> None:
    before = "\n".join(f"line {n}" for n in range(9))
    after = before.replace("line 4", "line four\nand more")
    assert [(line.kind, line.text) for line in changes(before, after, around=1)] == [
        ("gap", ""),
        ("same", "line 3"),
        ("removed", "line 4"),
        ("added", "line four"),
        ("added", "and more"),
        ("same", "line 5"),
        ("gap", ""),
    ]
    assert changes(before, before) == []
    assert [line.kind for line in changes("", "a\r\nb")] == ["added", "added"]
    assert [line.kind for line in changes("a", "")] == ["removed"]
