"""The page of a task without the server: submits, failures, drafts."""

from __future__ import annotations

from collections.abc import Iterator

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
    bench.page.wait_for_url("**/p/demo/queue/")
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


def test_what_passes_is_waited_for_and_sent_again_by_itself(bench: PageBench) -> None:
    bench.answers = [None, (500, {}), (302, {}), (503, {"error": "Too busy."})]
    bench.open()
    bench.press(*["ArrowRight"] * 4, "d")
    bench.submit()
    for why in ("no connection", "no connection", "you are signed out", "no connection"):
        bench.page.locator("#saved", has_text=f"Not saved yet: {why}").wait_for()
        assert bench.marks() == [("DISEASE", "asthma")]
        bench.page.evaluate("document.getElementById('saved').textContent = ''")
        bench.page.evaluate("window.dispatchEvent(new Event('online'))")
    bench.page.wait_for_url("**/p/demo/queue/")
    assert len(bench.sent) == 5
    assert all(sent["body"]["spans"] == bench.sent[0]["body"]["spans"] for sent in bench.sent)


@pytest.mark.parametrize("status", [403, 409, 422])
def test_what_is_refused_comes_back_with_the_work_and_the_reason(bench: PageBench, status: int) -> None:
    bench.answers = [(status, {"error": "Span 1-2 overlaps."})]
    bench.open()
    bench.press(*["ArrowRight"] * 4, "d")
    bench.submit()
    bench.page.locator("#alert-text", has_text="was not saved. Span 1-2 overlaps.").wait_for()
    assert bench.marks() == [("DISEASE", "asthma")]
    bench.submit()
    bench.page.wait_for_url("**/p/demo/queue/")
    assert len(bench.sent) == 2


def test_draft_survives_a_reload_without_text_and_goes_with_the_submit(bench: PageBench) -> None:
    bench.open()
    bench.press(*["ArrowRight"] * 4, "d")
    kept = bench.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert "asthma" not in kept
    assert ":12" in kept
    bench.page.reload()
    bench.page.wait_for_selector("#annotator[data-ready]")
    assert bench.marks() == [("DISEASE", "asthma")]
    bench.press("u")
    assert bench.marks() == []
    bench.submit()
    bench.page.wait_for_url("**/p/demo/queue/")
    assert bench.page.evaluate("localStorage.length") == 0
