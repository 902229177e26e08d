"""The page of a task around the annotator: its own modules, and a stub that answers for the server."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, Route

from tests.browser.bench import LABELS, PLAIN, SITE, Bench


class PageBench(Bench):
    """One page. `answers` are given to the submits in turn; None cuts the connection."""

    entry = "/static/webapp/js/page.js"
    # A refused request is an error to the browser, and part of the tests.
    grave = ("warning",)

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.answers: list[tuple[int, dict[str, Any]] | None] = []
        self.sent: list[dict[str, Any]] = []

    def open(self, text: str = PLAIN, spans: list[dict[str, Any]] | None = None, **more: Any) -> Bench:
        urls = {"submit": "/tasks/12/submit/", "queue": "/p/demo/queue/"}
        data = {"task": 12, "text": text, "labels": LABELS, "spans": spans or [], "base_revision": 3}
        return self.start({**data, "nested": False, "blind": False, "seconds": 0, "urls": urls, **more})

    def serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path == "/tasks/12/submit/":
            self.answer(route)
        elif path.startswith(("/static/", "/tests/")) or path == "/tasks/12/":
            super().serve(route)
        else:
            route.fulfill(body="<title>next</title>", content_type="text/html; charset=utf-8")

    def answer(self, route: Route) -> None:
        self.sent.append({"body": json.loads(route.request.post_data or ""), "headers": route.request.headers})
        answer = self.answers.pop(0) if self.answers else (200, {"saved": {"revision": 4}, "next": None, "lost": []})
        if answer is None:
            route.abort()
        else:
            route.fulfill(status=answer[0], json=answer[1], headers={"Location": "/login/"})

    def submit(self) -> None:
        self.armed()
        self.page.keyboard.press("Enter")
