"""Keys: which are a person's to change, what they collide with, and when none of them fires."""

from __future__ import annotations

from tests.browser.bench import LABELS, PLAIN, Bench, span

GIVEN = [span(PLAIN, "asthma"), span(PLAIN, "fever")]


def rebind(bench: Bench, command: str, *keys: str) -> str:
    """Press new keys for a command in the open help; what it says to the last."""
    bench.page.click(f"[data-rebind={command}]")
    bench.press(*keys)
    return bench.page.inner_text("#keys-said")


def test_given_keys_are_in_force_and_shown(bench: Bench) -> None:
    bench.open(spans=GIVEN, keys={"undo": "z", "remove": "x", "nonsense": "q", "skip": "Tab", "all": 7})
    bench.press("Tab", "x", "u")
    assert bench.marks() == [("DISEASE", "fever")]
    bench.press("z")
    assert len(bench.marks()) == 2
    assert bench.page.inner_text("[data-do=undo] kbd") == "z"
    bench.press("s")
    assert bench.calls("skip") == [[]]


def test_labels_come_before_commands(bench: Bench) -> None:
    labels = [*LABELS, {"name": "NOTE", "key": "N", "colour": 2, "hint": ""}]
    bench.open(spans=GIVEN, labels=labels, keys={"undo": "t"})
    bench.press("Tab", "n")
    assert bench.marks()[0] == ("NOTE", "asthma")
    bench.press("t")
    assert bench.marks()[0] == ("TREATMENT", "asthma")
    bench.press("?")
    assert bench.page.inner_text("[data-rebind=negated]") == "none"


def test_a_key_is_changed_in_the_help(bench: Bench) -> None:
    bench.open(spans=GIVEN)
    bench.press("?")
    assert rebind(bench, "negated", "d") == "“d” gives the label DISEASE; press another key."
    assert rebind(bench, "negated", "u").startswith("“u” is taken (undo")
    assert rebind(bench, "negated", "ArrowLeft").startswith("“ArrowLeft” moves about")
    assert rebind(bench, "negated", "Control+b") == "One key alone, please."
    assert rebind(bench, "negated", "Escape") == "Press a key's button, then the new key."
    assert bench.page.is_visible("#help-dialog")
    assert bench.calls("keys") == []
    assert rebind(bench, "negated", "-") == "“-” it is."
    assert bench.calls("keys") == [[{"negated": "-"}]]
    bench.press("Escape")
    bench.press("Tab", "-", "n")
    assert bench.rows()[0]["assertion"] == ["negated"]
    assert bench.page.inner_text("#bubble [data-do=negated] kbd", timeout=500) == "-"


def test_reset_brings_the_standard_keys_back(bench: Bench) -> None:
    bench.open(spans=GIVEN, keys={"undo": "z"})
    bench.press("?")
    bench.page.click("#keys-reset")
    assert bench.calls("keys") == [[{}]]
    assert bench.page.is_disabled("#keys-reset")
    bench.press("Escape", "Tab", "Delete", "z")
    assert len(bench.marks()) == 1
    bench.press("u")
    assert len(bench.marks()) == 2


def test_a_freed_key_can_be_given_to_another_command(bench: Bench) -> None:
    bench.open(spans=GIVEN)
    bench.press("?")
    rebind(bench, "submit", "F9")
    assert rebind(bench, "remove", "Enter") == "“Enter” it is."
    bench.press("Escape")
    bench.armed()
    bench.press("Tab", "Enter", "Delete", "F9")
    assert bench.marks() == [("DISEASE", "fever")]
    assert bench.calls("submit") == [[]]


SILENT = """keys => {
    for (const [key, more] of keys) {
        document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...more}));
    }
}"""


def test_keys_are_silent_while_composing_and_with_modifiers(bench: Bench) -> None:
    bench.open(spans=GIVEN)
    bench.armed()
    bench.press("Tab")
    composing = [["t", {"isComposing": True}], ["Enter", {"isComposing": True}], ["Process", {"keyCode": 229}]]
    modified = [["t", {"ctrlKey": True}], ["d", {"metaKey": True}], ["n", {"altKey": True}]]
    held = [["Enter", {"repeat": True}], ["Delete", {"repeat": True}], ["t", {"repeat": True}]]
    entered = [["Enter", {"shiftKey": True}], ["Enter", {"ctrlKey": True}], ["Delete", {"shiftKey": True}]]
    bench.page.evaluate(SILENT, [*composing, *modified, *held, *entered])
    assert bench.page.evaluate("calls") == []
    assert bench.marks() == [("DISEASE", "asthma"), ("DISEASE", "fever")]


def test_keys_are_silent_while_typing_and_behind_a_dialog(bench: Bench) -> None:
    bench.open(spans=GIVEN)
    bench.armed()
    bench.press("Tab", "?", "t", "Delete", "u")
    assert bench.page.is_visible("#help-dialog")
    bench.press("Escape", "Tab", "c")
    bench.page.keyboard.type("td us?")
    assert bench.page.input_value("#code-field") == "td us?"
    bench.press("Escape")
    bench.page.evaluate("document.querySelector('#annotator').append(document.createElement('textarea'))")
    bench.page.locator("#annotator > textarea").focus()
    bench.page.keyboard.type("dtu?")
    bench.press("Delete", "Enter", "ArrowLeft", "Tab")
    assert bench.page.evaluate("calls") == []
    assert bench.page.is_hidden("#help-dialog")


def test_frozen_page_changes_nothing_but_shows_its_keys(bench: Bench) -> None:
    bench.open(spans=GIVEN)
    bench.armed()
    bench.press("Tab")
    bench.page.evaluate("annotator.freeze(true)")
    bench.press("t", "Delete", "n", "Enter")
    assert bench.page.evaluate("calls") == []
    assert bench.page.is_disabled("#submit")
    bench.press("?")
    assert bench.page.is_visible("#help-dialog")
    bench.press("Escape")
    bench.page.evaluate("annotator.freeze(false)")
    bench.press("t")
    assert bench.marks()[0] == ("TREATMENT", "asthma")
