"""What is said of an entity: assertion and code; and the label for all places that say the same."""

from __future__ import annotations

import pytest

from tests.browser.bench import PLAIN, Bench, span

AGAIN = "Asthma since birth. No chest  pain.\nASTHMA, chest pain; asthmatic. asthma."


def test_assertions_are_switched_by_a_key(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma", score=0.93)])
    bench.press("Tab", "f", "n")
    mark = bench.page.locator("#note mark").first
    assert mark.get_attribute("data-tag") == "DISEASE 0.93 negated family"
    assert mark.get_attribute("aria-label") == "DISEASE: asthma, score 0.93, negated, family"
    assert bench.rows()[0]["assertion"] == ["negated", "family"]
    bench.press("n")
    assert bench.said() == "No longer negated: DISEASE: asthma, family"
    assert bench.rows()[0]["assertion"] == ["family"]
    # Rows out of sight are drawn a frame later.
    bench.page.locator("#span-list", has_text="family").wait_for()


def test_assertion_needs_an_entity(bench: Bench) -> None:
    bench.open()
    bench.press("ArrowRight", "n")
    assert bench.said() == "First select an entity: then it can be negated."
    assert bench.calls("changed") == []


def test_mouse_switches_an_assertion(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma")])
    bench.click("asthma")
    button = bench.page.locator("#bubble [data-do=possible]")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert bench.rows()[0]["assertion"] == ["possible"]


@pytest.mark.parametrize(("typed", "code"), [("e11.9", "E11.9"), (" j459 ", "J45.9"), ("I10", "I10")])
def test_code_is_typed_and_kept(bench: Bench, typed: str, code: str) -> None:
    bench.open(spans=[span(PLAIN, "asthma")])
    bench.press("Tab", "c")
    bench.page.keyboard.type(typed)
    bench.press("Enter")
    assert bench.page.is_hidden("#code-dialog")
    assert bench.rows()[0]["code"] == code
    assert bench.page.locator("#note mark").first.get_attribute("data-tag") == f"DISEASE {code}"
    bench.press("u")
    assert bench.rows()[0]["code"] == ""


def test_wrong_code_is_refused_and_empty_takes_it_off(bench: Bench) -> None:
    bench.open(spans=[{**span(PLAIN, "asthma"), "code": "J45"}])
    bench.press("Tab", "c")
    bench.page.keyboard.type("asthma")
    bench.press("Enter")
    assert "like E11 or E11.9" in bench.page.inner_text("#code-problem")
    assert bench.rows()[0]["code"] == "J45"
    bench.page.fill("#code-field", "")
    bench.press("Enter")
    assert bench.rows()[0]["code"] == ""


def test_all_places_that_say_the_same_in_one_step(bench: Bench) -> None:
    bench.open(AGAIN, [{**span(AGAIN, "Asthma"), "code": "J45", "assertion": ["family"]}])
    bench.press("Tab", "a")
    assert bench.said() == "DISEASE added in 2 more places: Asthma"
    assert bench.marks() == [("DISEASE", "Asthma"), ("DISEASE", "ASTHMA"), ("DISEASE", "asthma")]
    assert [(row["code"], row["assertion"]) for row in bench.rows()] == [("J45", ["family"]), ("J45", []), ("J45", [])]
    bench.press("a")
    assert bench.said() == "No other unmarked place says “Asthma”."
    bench.press("u")
    assert bench.marks() == [("DISEASE", "Asthma")]


def test_all_places_leaves_marked_ones_alone_and_ignores_white_space(bench: Bench) -> None:
    bench.open(AGAIN, [span(AGAIN, "chest pain"), span(AGAIN, "ASTHMA", "TREATMENT"), span(AGAIN, "Asthma")])
    bench.page.click("#span-list .span-go >> nth=0")
    bench.press("a")
    assert bench.marks() == [
        ("DISEASE", "Asthma"),
        ("TREATMENT", "ASTHMA"),
        ("DISEASE", "chest pain"),
        ("DISEASE", "asthma"),
    ]
    bench.click("chest pain")
    bench.page.click("#bubble [data-do=all]")
    assert bench.marks()[1] == ("DISEASE", "chest  pain")
