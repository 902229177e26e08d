"""The page of a task without the server: submits, failures, drafts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.bench import PLAIN, span
from tests.browser.page_bench import PageBench


@pytest.fixture
def bench(desk: Page) -> Iterator[PageBench]:
    bench = PageBench(desk)
    yield bench
    desk.evaluate("localStorage.clear()")
    desk.unroute_all()
    assert bench.trouble == []


def test_enter_submits_once_and_goes_on(bench: PageBench) -> None:
    bench.open(spans=[span(PLAIN, "asthma", score=0.9)])
    bench.armed()
    bench.page.evaluate(
        """() => { for (const repeat of [false, false, true, true]) {
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, repeat}));
            document.getElementById("submit").click();
        } }"""
    )
    bench.page.wait_for_url("**/tasks/13/")
    assert len(bench.sent) == 1
    assert bench.sent[0]["body"]["base_revision"] == 3
    assert type(bench.sent[0]["body"]["seconds"]) is int
    assert bench.sent[0]["headers"]["x-csrftoken"] == "token-of-page"


def test_held_enter_never_submits(bench: PageBench) -> None:
    bench.open()
    bench.armed()
    held = 'document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, repeat: true}))'
    bench.page.evaluate(held)
    bench.page.wait_for_timeout(50)
    assert bench.sent == []


FAILURES: list[tuple[tuple[int, dict[str, Any]] | None, str]] = [
    (None, "can't be reached"),
    ((409, {"error": "Somebody else finished this note."}), "Somebody else finished this note."),
    ((422, {"error": "Span 1-2 overlaps."}), "Span 1-2 overlaps."),
    ((500, {}), "could not save"),
    ((302, {}), "signed out"),
]


def test_failure_keeps_the_work_and_offers_retry(bench: PageBench) -> None:
    bench.answers = [answer for answer, _ in FAILURES]
    bench.open()
    bench.press(*["ArrowRight"] * 4, "d")
    bench.submit()
    for _, sentence in FAILURES:
        bench.page.locator("#alert-text", has_text=sentence).wait_for()
        assert bench.marks() == [("DISEASE", "asthma")]
        bench.page.click("#retry")
    bench.page.wait_for_url("**/tasks/13/")
    assert len(bench.sent) == len(FAILURES) + 1
    assert all(sent["body"]["spans"] == bench.sent[0]["body"]["spans"] for sent in bench.sent)


def test_draft_survives_a_reload_without_text_and_goes_with_the_submit(bench: PageBench) -> None:
    bench.open()
    bench.press(*["ArrowRight"] * 4, "d")
    kept = bench.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "asthma" not in kept
    assert "draft:12:3" in kept
    bench.page.reload()
    bench.page.wait_for_selector("#annotator[data-ready]")
    assert bench.marks() == [("DISEASE", "asthma")]
    bench.press("u")
    assert bench.marks() == []
    bench.submit()
    bench.page.wait_for_url("**/tasks/13/")
    assert bench.page.evaluate("localStorage.length") == 0
