"""Mouse and touch."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.bench import PLAIN, Bench, span


def test_drag_snaps_to_words(bench: Bench) -> None:
    bench.open()
    at = PLAIN.index("case of asthma")
    bench.drag(at + 1, at + 10)
    bench.press("t")
    assert bench.marks() == [("TREATMENT", "case of asthma")]


def test_double_click_takes_a_word_and_the_bubble_labels_it(bench: Bench) -> None:
    bench.open()
    bench.page.mouse.dblclick(*bench.middle("Metformin"))
    bench.page.click("#bubble [data-label=TREATMENT]")
    assert bench.marks() == [("TREATMENT", "Metformin")]
    assert bench.page.is_hidden("#bubble")


def test_tap_takes_a_word_and_the_next_tap_reaches_to_another(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    bench = Bench(context.new_page()).open()
    for word in ("case", "asthma"):
        bench.page.touchscreen.tap(*bench.middle(word))
        bench.page.wait_for_timeout(50)
    bench.page.locator("#labels [data-label=DISEASE]").tap()
    assert bench.marks() == [("DISEASE", "case of asthma")]
    assert bench.page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_adding_over_a_span_replaces_it_and_says_so(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "of asthma", "TREATMENT")])
    at = PLAIN.index("asthma")
    bench.drag(at, at + 6)
    bench.press("d")
    assert bench.marks() == [("DISEASE", "asthma")]
    assert "Replaced TREATMENT" in bench.said()
    bench.press("u")
    assert bench.marks() == [("TREATMENT", "of asthma")]


def test_nested_project_keeps_both(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "of asthma", "TREATMENT")], nested=True)
    at = PLAIN.index("asthma")
    bench.drag(at, at + 6)
    bench.press("d")
    assert bench.marks() == [("TREATMENT", "of asthma"), ("DISEASE", "asthma")]
    assert bench.text() == PLAIN
