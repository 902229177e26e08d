from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from annotation.actions import indexing
from annotation.models import IndexDue, Note, Project
from tests.annotation.conftest import add_note  # noqa: F401 - fixture
from tests.conftest import Cast
from webapp import context
from webapp.worker_watch import Watch, oldest_due


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def follow(*seen: tuple[float, int | None]) -> list[bool]:
    """What a watch says when, at these seconds, this row is the oldest."""
    clock, due = Clock(), dict(seen)
    watch = Watch(lambda: due[clock.at], clock)
    said = []
    for at in due:
        clock.at = at
        said.append(watch.is_down())
    return said


def test_worker_is_down_when_one_row_stays_the_oldest_for_a_minute() -> None:
    assert follow((0, 7), (30, 7), (60, 7), (70, 8)) == [False, False, True, False]


def test_worker_that_is_slow_but_goes_on_is_not_down() -> None:
    assert follow((0, 7), (59, 8), (100, 9), (300, 10)) == [False] * 4


def test_worker_with_nothing_to_do_is_not_down() -> None:
    assert follow((0, None), (100, None), (200, 7), (210, None)) == [False] * 4


def test_watch_looks_once_in_a_while() -> None:
    clock, looks = Clock(), []
    watch = Watch(lambda: looks.append(clock.at), clock)
    for second in range(25):
        clock.at = float(second)
        watch.is_down()
    assert looks == [0.0, 10.0, 20.0]


def test_every_page_tells_that_the_worker_is_down(
    cast: Cast,
    project: Project,
    browser_of: object,
    monkeypatch: pytest.MonkeyPatch,
    add_note: object,  # noqa: F811
) -> None:
    clock = Clock()
    watch = Watch(oldest_due, clock)
    monkeypatch.setattr(context, "watch", watch)
    browser: Browser = browser_of(cast.annotator)  # type: ignore[operator]
    note: Note = add_note()  # type: ignore[operator]
    indexing.mark([note.pk])
    queue = reverse("queue", args=["clinic"])
    assert b"worker" not in browser.get(queue).content
    clock.at = 61.0
    assert b"The background worker does not answer" in browser.get(queue).content
    IndexDue.objects.all().delete()
    clock.at = 80.0
    assert b"The background worker" not in browser.get(queue).content
