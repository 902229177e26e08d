"""Mouse and touch."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

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


def test_handles_stop_at_a_neighbour_and_follow_characters_with_alt(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma"), span(PLAIN, "Metformin", "TREATMENT")])
    bench.click("asthma")
    inside = bench.box(PLAIN.index("Metformin") + 3, PLAIN.index("Metformin") + 4)
    bench.pull(bench.handle("end"), (inside["left"], inside["y"]))
    assert bench.marks()[0] == ("DISEASE", "asthma, on Tab")
    sth = bench.box(PLAIN.index("asthma"), PLAIN.index("asthma") + 4)
    bench.page.keyboard.down("Alt")
    bench.pull(bench.handle("end"), (sth["right"], sth["y"]))
    bench.page.keyboard.up("Alt")
    assert bench.marks()[0] == ("DISEASE", "asth")


def test_a_handle_that_is_let_go_with_escape_changes_nothing(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma")])
    bench.click("asthma")
    bench.page.mouse.move(*bench.handle("end"))
    bench.page.mouse.down()
    bench.page.mouse.move(*bench.middle("Metformin"))
    assert bench.page.evaluate("String([...CSS.highlights.get('live')][0])") == "asthma, on Tab Metformin"
    bench.press("Escape")
    bench.page.mouse.up()
    assert bench.marks() == [("DISEASE", "asthma")]
    assert bench.calls("changed") == []


def test_what_a_drag_would_take_is_shown_while_it_lasts(bench: Bench) -> None:
    bench.open()
    at = PLAIN.index("case of asthma")
    box = bench.box(at + 1, at + 10)
    bench.page.mouse.move(box["left"], box["y"])
    bench.page.mouse.down()
    bench.page.mouse.move(box["right"], box["y"], steps=3)
    bench.page.wait_for_function("CSS.highlights.get('live') !== undefined")
    assert bench.page.evaluate("String([...CSS.highlights.get('live')][0])") == "case of asthma"
    bench.page.mouse.up()


def test_double_click_on_an_entity_s_only_word_takes_the_entity(bench: Bench) -> None:
    bench.open(spans=[span(PLAIN, "asthma")])
    bench.page.mouse.dblclick(*bench.middle("asthma"))
    bench.page.locator("#bubble [data-do=negated]").click()
    assert bench.rows()[0]["assertion"] == ["negated"]


def test_finger_drags_a_handle_that_is_wide_enough(chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    bench = Bench(context.new_page()).open(spans=[span(PLAIN, "asthma")])
    bench.page.touchscreen.tap(*bench.middle("asthma"))
    expect(bench.page.locator("#handle-start")).to_be_visible()
    box = bench.page.locator("#handle-start").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 24
    cdp = context.new_cdp_session(bench.page)
    x, y = bench.handle("start")
    of = bench.box(PLAIN.index("of"), PLAIN.index("of") + 2)
    for kind, points in (("touchStart", [(x, y)]), ("touchMove", [(of["left"], of["y"])]), ("touchEnd", [])):
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": a, "y": b} for a, b in points]})
    bench.page.locator("#said", has_text="of asthma").wait_for()
    assert bench.marks() == [("DISEASE", "of asthma")]
    context.close()
