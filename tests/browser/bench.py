"""A page with the annotator's real skeleton, styles and modules, and nothing around it."""

from __future__ import annotations

import json
import mimetypes
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

ROOT = Path(__file__).resolve().parents[2]
SITE = "http://marginalia.test"
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"
LABELS = [
    {"name": "DISEASE", "key": "d", "colour": 0, "hint": "What the patient has"},
    {"name": "TREATMENT", "key": "t", "colour": 1, "hint": ""},
]
PLAIN = "Known case of asthma, on Tab Metformin 500mg.\nNo fever today."
STRANGE = (
    "C/o\u00a0fever \U0001f912,  chest  pain\r\n"
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467 told; cafe\u0301 visit\t\r\n"
    "\u092e\u0930\u0940\u091c\u093c \u0915\u094b \u092c\u0941\u0916\u093e\u0930 \u0939\u0948\r"
    "\u0627\u0644\u0635\u062f\u0627\u0639 \u0645\u0646\u0630\n\n end"
)


def units(text: str) -> int:
    """Length in UTF-16 units, as the page counts."""
    return len(text.encode("utf-16-le")) // 2


def span(text: str, mention: str, label: str = "DISEASE", score: float | None = None) -> dict[str, Any]:
    start = units(text[: text.index(mention)])
    return {"start": start, "end": start + units(mention), "label": label, "score": score}


def offsets(rows: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    return [(row["start"], row["end"], row["label"]) for row in rows]


class Bench:
    """The annotator with one note, and hooks that write down what they are called with (`calls`)."""

    entry = "/tests/browser/bench.js"
    grave: tuple[str, ...] = ("warning", "error")

    def __init__(self, page: Page) -> None:
        self.page = page
        self.html = self.note = ""
        self.data: dict[str, Any] = {}
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda message: message.type in self.grave and self.trouble.append(message.text))
        page.route(f"{SITE}/**", self.serve)

    def open(
        self, text: str = PLAIN, spans: list[dict[str, Any]] | None = None, *, address: str = "", **more: Any
    ) -> Bench:
        data = {"text": text, "labels": LABELS, "spans": spans or [], "nested": False, "doubt_threshold": 0.7}
        return self.start({**data, "seconds": 0, "keys": {}, **more}, address)

    def start(self, data: dict[str, Any], address: str = "") -> Bench:
        self.data, self.note = data, data["text"]
        self.html = page_html(data, self.entry)
        self.page.goto(f"{SITE}/tasks/12/{address}")
        self.page.wait_for_selector("#annotator[data-ready]")
        return self

    def serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path.startswith(("/static/", "/tests/")):
            file = ROOT / ("webapp" if path.startswith("/static/") else ".") / path[1:]
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])
        else:
            route.fulfill(
                body=self.html, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": CSP}
            )

    # What the page around the annotator is told.
    def calls(self, hook: str) -> list[list[Any]]:
        return [call["given"] for call in self.page.evaluate("calls") if call["hook"] == hook]

    def rows(self) -> list[dict[str, Any]]:
        return self.page.evaluate("annotator.rows()")

    # What a person sees and does.
    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def armed(self) -> None:
        """Wait until the page takes an Enter as its own."""
        self.page.wait_for_selector("#submit:enabled")

    def marks(self) -> list[tuple[str, str]]:
        rows = self.page.eval_on_selector_all("#note mark", "m => m.map(e => [e.dataset.label, e.textContent])")
        return [tuple(row) for row in rows]

    def text(self) -> str:
        return self.page.eval_on_selector("#note", "e => e.textContent")

    def said(self) -> str:
        return self.page.inner_text("#said")

    def box(self, start: int, end: int) -> dict[str, float]:
        """Where a stretch of one line, in UTF-16 units, stands on the screen."""
        return self.page.evaluate(BOX, [start, end])

    def middle(self, mention: str) -> tuple[float, float]:
        found = span(self.note, mention)
        box = self.box(found["start"], found["end"])
        return (box["left"] + box["right"]) / 2, box["y"]

    def drag(self, start: int, end: int) -> None:
        box = self.box(start, end)
        self.pull((box["left"] + 1, box["y"]), (box["right"] - 1, box["y"]))
        self.page.locator("#said", has_text="Selected").wait_for()

    def pull(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=3)
        self.page.mouse.up()

    def click(self, mention: str) -> None:
        """Click an entity in the text."""
        self.page.mouse.click(*self.middle(mention))
        self.page.locator("#note mark.is-current", has_text=mention).wait_for()

    def handle(self, side: str) -> tuple[float, float]:
        box = self.page.locator(f"#handle-{side}").bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


BOX = """([start, end]) => {
    const range = document.createRange();
    const walker = document.createTreeWalker(document.getElementById("note"), NodeFilter.SHOW_TEXT);
    let at = 0;
    for (let node; (node = walker.nextNode()); at += node.data.length) {
        const here = at + node.data.length;
        if (at <= start && start < here) range.setStart(node, start - at);
        if (at < end && end <= here) range.setEnd(node, end - at);
    }
    const box = range.getBoundingClientRect();
    return {left: box.left, right: box.right, y: box.top + box.height / 2};
}"""


def template(name: str) -> str:
    """A template with what it includes from its own folder."""
    source = (ROOT / "templates" / name).read_text("utf-8")
    return re.sub(r'\{% include "(annotation/[^"]+)"[^%]*%\}', lambda found: template(found[1]), source)


def page_html(data: dict[str, Any], entry: str) -> str:
    """The real skeleton with its template tags taken out, and the data as Django's json_script writes it."""
    skeleton = template("annotation/_annotator.html")
    token = '<input type="hidden" name="csrfmiddlewaretoken" value="token-of-page">'
    skeleton = skeleton.replace("{% csrf_token %}", token).replace("{% url 'task_skip' task.pk %}", "/tasks/12/skip/")
    skeleton = re.sub(r"\{[%#].*?[%#]\}|\{\{.*?\}\}", "", skeleton, flags=re.DOTALL)
    safe = json.dumps(data).replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    sheets = "".join(
        f'<link rel="stylesheet" href="/static/webapp/css/{name}.css">'
        for name in ("tokens", "base", "components", "annotator")
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Note</title>{sheets}'
        f'<script type="module" src="{entry}"></script></head>'
        f"<body><main><h1>Note</h1>{skeleton}"
        f'<script type="application/json" id="note-data">{safe}</script></main></body></html>'
    )
