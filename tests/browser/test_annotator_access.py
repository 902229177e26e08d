"""For those who hear the page, and for every rule that axe-core knows."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.bench import PLAIN, Bench, span

GIVEN = [
    {**span(PLAIN, "asthma", score=0.41), "assertion": ["negated", "family"], "code": "J45.9"},
    span(PLAIN, "Tab Metformin", "TREATMENT", score=0.98),
    span(PLAIN, "fever"),
]


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_tree_names_each_span_with_label_text_and_score(bench: Bench) -> None:
    bench.open(spans=GIVEN)
    names = re.findall(r'group "((?:DISEASE|TREATMENT)[^"]*)"', bench.page.locator("#note").aria_snapshot())
    assert names == [
        "DISEASE: asthma, score 0.41, doubtful, negated, family, code J45.9",
        "TREATMENT: Tab Metformin, score 0.98",
        "DISEASE: fever",
    ]


def test_what_happens_is_said_aloud(bench: Bench) -> None:
    bench.open(spans=GIVEN)
    bench.press("Tab")
    status = bench.page.get_by_role("status").first
    assert status.inner_text() == "DISEASE: asthma, score 0.41, doubtful, negated, family, code J45.9"
    assert bench.page.evaluate("document.activeElement.ariaLabel") == status.inner_text()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing(chromium: Browser, scheme: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    bench = Bench(context.new_page()).open(spans=GIVEN)
    bench.armed()
    assert violations(bench.page) == []
    bench.press("Enter")
    assert violations(bench.page) == []
    bench.press("c")
    assert violations(bench.page) == []
    bench.press("Escape", "?")
    assert violations(bench.page) == []
    assert bench.trouble == []
    context.close()
