"""Random edits on random text: the real component in Chromium and the model in Python end in the same offsets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from annotation.spans import Span, from_utf16, marked_from_json, span_problems, to_utf16
from tests.browser.bench import Bench
from tests.browser.model import Edit, Model, Unit

NAMES = ["DISEASE", "TREATMENT"]
PIECES = [
    "asthma", "Asthma", "C/o", "500mg", "k/c/o", "T2DM,", "(BP)", "x", "x", "x", "-", ".", "...", "?",
    " ", " ", " ", "  ", "\u00a0", "\t", "\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u200b", "\ufeff", "\x1c",
    "\U0001f912", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f44d\U0001f3fd", "\U0001f1ee\U0001f1f3",
    "\U0001d49c", "\U00010437", "cafe\u0301", "\u0301", "\u200d", "e\u0301\u0323", "\u1100\u1161",
    "\u092e\u0930\u0940\u091c\u093c", "\u0928\u092e\u0938\u094d\u0924\u0947", "\u0915\u094d\u200d\u0937",
    "\u0627\u0644\u0635\u062f\u0627\u0639", "\u0634\u064e\u062f", "\u0600", "\u05e9\u05dc\u05d5\u05dd", "\u0130",
    "<script>", "{{ 7 }}", "&amp;", "</div>", "\u75c5\u6c17",
]  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from(PIECES), st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    min_size=8,
    max_size=40,
).map("".join)
number, offset, size = st.integers(0, 7), st.integers(0, 120), st.integers(1, 6)
label, side = st.sampled_from(NAMES), st.sampled_from(["start", "end"])
by, step = st.sampled_from(["token", "character"]), st.sampled_from([-1, 1])
adds = st.tuples(st.just("add"), offset, size, label)
edges = st.tuples(st.just("edge"), number, side, step, by)
drags = st.tuples(st.just("drag"), number, side, offset, by)
changes = st.one_of(
    edges,
    edges,
    drags,
    drags,
    st.tuples(st.just("label"), number, label),
    st.tuples(st.just("remove"), number),
    st.tuples(st.just("clear"), offset, size),
    st.tuples(st.just("negated"), number),
    st.tuples(st.just("all"), number),
    st.tuples(st.sampled_from(["undo", "redo"])),
)
# Enough spans first for the changes to find something to change.
edits = st.tuples(
    st.lists(adds, min_size=3, max_size=6), st.lists(st.one_of(changes, changes, adds), min_size=8, max_size=20)
).map(lambda parts: [*parts[0], *parts[1]])

BUILD = """([data]) => {
    window.annotator.destroy();
    window.build(data);
    return {words: annotator.spans.units("token"), characters: annotator.spans.units("character")};
}"""
EDIT = """edits => {
    const { target, edits: acts, spans } = annotator;
    const nth = (n) => spans.list.length > 0 && annotator.run({name: "go", id: spans.list[n % spans.list.length].id});
    const words = (start, end) => { target.clear(); target.toStretch(start, end); return target.range; };
    const done = {
        add: (start, end, label) => words(start, end) && annotator.run({name: "label", label}),
        clear: (start, end) => words(start, end) && annotator.run({name: "remove"}),
        label: (n, label) => nth(n) && annotator.run({name: "label", label}),
        remove: (n) => nth(n) && annotator.run({name: "remove"}),
        edge: (n, side, step, by) => nth(n) && annotator.run({name: "edge", side, step, by}),
        drag: (n, side, offset, by) => nth(n) && acts.edgeTo(side, offset, by),
        negated: (n) => nth(n) && annotator.run({name: "negated"}),
        all: (n) => nth(n) && annotator.run({name: "all"}),
        undo: () => annotator.run({name: "undo"}),
        redo: () => annotator.run({name: "redo"}),
    };
    for (const [name, ...given] of edits) done[name](...given);
    const marks = [...document.querySelectorAll("#note mark")].map((mark) => mark.textContent);
    return {rows: annotator.rows(), text: document.getElementById("note").textContent, marks};
}"""


@pytest.fixture(scope="module")
def stage(chromium: Browser) -> Iterator[Page]:
    """One page for all cases: each builds its own annotator in it."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    bench = Bench(context.new_page()).open()
    yield bench.page
    assert bench.trouble == []
    context.close()


def for_page(text: str, edit: Edit) -> Edit:
    """The edit with its offsets in UTF-16 units."""
    place = {"add": (1, 2), "clear": (1, 2), "drag": (3,)}.get(str(edit[0]), ())
    points = [int(edit[i]) for i in place]
    units = {i: to_utf16(text, [Span(0, point, "")])[0].end for i, point in zip(place, points, strict=True)}
    return tuple(units.get(i, value) for i, value in enumerate(edit))


def within(text: str, edit: Edit) -> Edit:
    """The edit with its offsets inside the text: words from one on, or a place."""
    if edit[0] in ("add", "clear"):
        start = int(edit[1]) % len(text)
        return (edit[0], start, min(start + int(edit[2]), len(text)), *edit[3:])
    if edit[0] == "drag":
        return (*edit[:3], int(edit[3]) % (len(text) + 1), *edit[4:])
    return edit


def units_of(text: str, rows: list[dict[str, int]]) -> list[Unit]:
    """Units of the page in code points; fails when one cuts a character or begins or ends in white space."""
    units = [Unit(s.start, s.end) for s in from_utf16(text, [Span(row["start"], row["end"], "") for row in rows])]
    assert not any(text[unit.start].isspace() or text[unit.end - 1].isspace() for unit in units)
    assert all(a.end <= b.start for a, b in pairwise(units))
    inside = {i for unit in units for i in range(unit.start, unit.end)}
    assert all(i in inside for i, character in enumerate(text) if character.isalnum())
    return units


def check(stage: Page, text: str, drawn: list[Edit], nested: bool) -> None:
    todo = [within(text, edit) for edit in drawn]
    data: dict[str, Any] = {"text": text, "spans": [], "nested": nested, "doubt_threshold": 0.7, "seconds": 0}
    labels = [{"name": name, "key": name[0].lower(), "colour": 0, "hint": ""} for name in NAMES]
    given_units = stage.evaluate(BUILD, [{**data, "labels": labels}])
    model = Model(text, units_of(text, given_units["words"]), units_of(text, given_units["characters"]), nested)
    for edit in todo:
        model.do(edit)
    found = stage.evaluate(EDIT, [list(for_page(text, edit)) for edit in todo])
    spans = from_utf16(text, marked_from_json(found["rows"]))
    assert spans == model.spans
    assert span_problems(text, spans, NAMES, nested=nested) == []
    assert found["text"] == text
    assert found["marks"] == [text[span.start : span.end] for span in spans]


quiet = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@settings(max_examples=100, **quiet)
@given(text=texts, drawn=edits, nested=st.booleans())
def test_edits_end_in_the_same_offsets(stage: Page, text: str, drawn: list[Edit], nested: bool) -> None:
    check(stage, text, drawn, nested)


@pytest.mark.nightly
@settings(max_examples=2000, **quiet)
@given(text=texts, drawn=edits, nested=st.booleans())
def test_edits_end_in_the_same_offsets_at_night(stage: Page, text: str, drawn: list[Edit], nested: bool) -> None:
    check(stage, text, drawn, nested)
