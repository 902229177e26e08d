"""Scores: what the model is unsure of asks for a decision, the rest is taken over."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.bench import PLAIN, Bench, span

DOUBTFUL = [
    span(PLAIN, "asthma", score=0.41),
    span(PLAIN, "Metformin", "TREATMENT", score=0.95),
    span(PLAIN, "500", "TREATMENT", score=0.69),
    span(PLAIN, "fever", score=0.7),
]


def doubtful(bench: Bench) -> list[str]:
    return bench.page.eval_on_selector_all("#note mark.is-doubtful", "m => m.map(e => e.textContent)")


def test_doubtful_spans_are_marked_and_named(bench: Bench) -> None:
    bench.open(spans=DOUBTFUL)
    assert doubtful(bench) == ["asthma", "500"]
    first = bench.page.locator("#note mark").first
    assert first.get_attribute("data-tag") == "DISEASE 0.41 ?"
    assert first.get_attribute("aria-label") == "DISEASE: asthma, score 0.41, doubtful"
    assert bench.page.inner_text("#span-count") == "4, 2 doubtful"
    assert bench.said() == "4 entities, 2 doubtful: Enter goes to the first of them."


def test_enter_asks_for_each_decision_and_then_submits(bench: Bench) -> None:
    bench.open(spans=DOUBTFUL)
    bench.armed()
    bench.press("Enter")
    assert "Right? DISEASE: asthma, score 0.41" in bench.said()
    assert "(2 to decide)" in bench.said()
    bench.press("Enter")
    assert "Kept DISEASE: asthma" in bench.said()
    assert "Right? TREATMENT: 500" in bench.said()
    bench.press("Delete")
    assert "No doubtful entity is left: Enter submits." in bench.said()
    assert bench.calls("submit") == []
    bench.press("Enter")
    assert bench.calls("submit") == [[]]
    assert [row["label"] for row in bench.rows()] == ["DISEASE", "TREATMENT", "DISEASE"]


def test_correcting_a_doubtful_span_decides_it(bench: Bench) -> None:
    bench.open(spans=DOUBTFUL)
    bench.press("Tab", "t")
    assert doubtful(bench) == ["500"]
    bench.press("Tab", "Tab", "n")
    assert doubtful(bench) == []
    bench.press("u", "u")
    assert doubtful(bench) == ["asthma", "500"]


def test_mouse_decides_through_the_bubble(bench: Bench) -> None:
    bench.open(spans=DOUBTFUL)
    bench.page.click("#submit")
    expect(bench.page.locator("#submit")).to_contain_text("Decide 2 doubtful")
    bench.page.click("#keep")
    assert doubtful(bench) == ["500"]
    bench.page.click("#bubble [data-do=remove]")
    expect(bench.page.locator("#submit")).to_contain_text("Submit and next")
    bench.page.click("#submit")
    assert bench.calls("submit") == [[]]


def test_a_kept_draft_asks_again_only_for_what_is_as_the_model_sent_it(bench: Bench) -> None:
    bench.open(spans=DOUBTFUL)
    rows = [{**span(PLAIN, "asthma"), "score": None}, {**span(PLAIN, "500mg", "TREATMENT"), "score": None}]
    bench.page.evaluate("rows => annotator.restore(rows)", rows)
    assert doubtful(bench) == ["asthma"]
    bench.press("u")
    assert doubtful(bench) == ["asthma", "500"]
