"""An annotator with three notes to do, at a real server in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from annotation.models import Project, Task
from tests.annotation.conftest import add_note, add_task  # noqa: F401 - fixtures
from tests.browser.sitting.tab import Sitting, sign_in
from tests.conftest import Cast


@pytest.fixture
def waiting(project: Project, cast: Cast, add_task: Callable[..., Task]) -> list[Task]:  # noqa: F811
    return [add_task(f"{word} and cough") for word in ("fever", "asthma", "gout")]


@pytest.fixture
def open_tab(chromium: Browser, live_server: Any, cast: Cast) -> Iterator[Callable[[], Sitting]]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(5_000)
    sign_in(context, live_server.url, cast.annotator)
    tabs: list[Sitting] = []

    def new() -> Sitting:
        tabs.append(Sitting(context.new_page(), live_server.url))
        return tabs[-1]

    yield new
    context.close()
    assert [trouble for tab in tabs for trouble in tab.trouble] == []


@pytest.fixture
def tab(open_tab: Callable[[], Sitting]) -> Sitting:
    return open_tab()
