"""The note page in Chromium with 20,000 characters and 500 spans: ``.venv/bin/python benchmarks/note_page.py``.

Prints the time to build the page's component and of each key from its press to the finished layout: median and worst
of twenty, for a note of many lines and for one of a single line. Needs Chromium; no server.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, sync_playwright

from tests.browser.bench import Bench
from tests.browser.chromium import path as chromium_at

ROW = "c/o asthma, on Tab Metformin 500mg, no"
BUILD = """data => {
    const times = [];
    for (let i = 0; i < 5; i += 1) {
        window.annotator.destroy();
        const from = performance.now();
        window.build(data);
        document.body.offsetHeight;
        times.push(performance.now() - from);
    }
    return times;
}"""
KEYS = """keys => keys.map(([what, key, more]) => {
    const times = [];
    for (let i = 0; i < 20; i += 1) {
        const from = performance.now();
        const place = document.activeElement ?? document.body;
        place.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...more}));
        document.body.offsetHeight;
        times.push(performance.now() - from);
    }
    return [what, times];
})"""
PRESSES = [
    ["walk a word", "ArrowRight", {}],
    ["a word more", "ArrowRight", {"shiftKey": True}],
    ["let go", "Escape", {}],
    ["next entity", "Tab", {}],
    ["end by a word", "ArrowRight", {}],
    ["end by a character", "ArrowLeft", {"altKey": True}],
    ["negated", "n", {}],
    ["relabel", "t", {}],
    ["keep or ask", "Enter", {}],
    ["remove", "Delete", {}],
    ["undo", "u", {}],
    ["redo", "r", {}],
    ["all places", "a", {}],
]


def note(line_end: str) -> dict[str, Any]:
    text = ((ROW + line_end) * 600)[:20_000]
    found = list(re.finditer("asthma", text))
    spans = [
        {"start": m.start(), "end": m.end(), "label": "DISEASE", "score": 0.4 + i % 6 / 10} for i, m in enumerate(found)
    ]
    return {"text": text, "spans": spans}


def measure(page: Page, title: str, line_end: str) -> None:
    bench = Bench(page)
    given = note(line_end)
    bench.open(given["text"], given["spans"])
    bench.armed()
    print(f"{title}: {len(given['text']):,} characters, {len(given['spans'])} spans")
    rows = [["open", page.evaluate(BUILD, bench.data)]]
    page.wait_for_selector("#submit:enabled")
    rows += page.evaluate(KEYS, PRESSES)
    for what, times in rows:
        times.sort()
        print(f"  {what:20} {times[len(times) // 2]:7.1f} ms median {times[-1]:7.1f} ms worst")
    page.unroute_all()


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_at(), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for title, line_end in (("many lines", "\n"), ("one line", " ")):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            measure(page, title, line_end)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
