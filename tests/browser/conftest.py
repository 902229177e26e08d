"""A real Chromium, driven by Playwright. Without one the tests skip and say why; under CI they fail."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.bench import Bench
from tests.browser.chromium import path as chromium_at

# Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_at()
    if not path:
        _missing("No Chromium: the browser tests did not run. Install it (apt-get install chromium) or set CHROMIUM.")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            _missing(f"Chromium at {path} does not start: {str(error).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(5_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def desk(chromium: Browser) -> Iterator[Page]:
    """One page for all: opening a new one for each test takes longer than the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(5_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def bench(desk: Page) -> Iterator[Bench]:
    bench = Bench(desk)
    yield bench
    desk.evaluate("localStorage.clear()")
    desk.unroute_all()
    assert bench.trouble == []
