"""A real server in this process, a real Chromium, and an annotator who sits down at the note page."""

from __future__ import annotations

import re

from django.test import Client as Browser
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, expect

from annotation.models import Annotation, Task, User
from webapp.signin import BACKEND


def sign_in(context: BrowserContext, url: str, user: User) -> None:
    browser = Browser()
    browser.force_login(user, backend=BACKEND)
    context.clear_cookies(name="sessionid")
    context.add_cookies([{"name": "sessionid", "value": browser.cookies["sessionid"].value, "url": url}])


class Sitting:
    """One tab. `calls` are the paths of its calls that reached the server."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.calls: list[str] = []
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("request", lambda request: request.method == "POST" and self.calls.append(request.url))
        # Chromium asks about calls from the first page on: told later, it lets a call pass that comes at once (`cut`).
        page.route("**/nobody-asks-for-this", lambda route: route.abort())

    def open(self, task: Task, fetches: str = "**/queue/next/") -> Sitting:
        """Sit down at a note; the next one is fetched."""
        with self.page.expect_response(fetches):
            self.page.goto(self.url + reverse("task", args=[task.pk]))
        return self.at(task)

    def ready(self) -> Sitting:
        self.page.wait_for_selector("#annotator[data-ready]")
        self.page.wait_for_selector("#submit:enabled")
        return self

    def at(self, task: Task) -> Sitting:
        """The page shows this note and takes an Enter for it."""
        expect(self.page.locator("h1")).to_contain_text(f"Note {task.note_id}")
        assert self.page.url.endswith(reverse("task", args=[task.pk]))
        return self.ready()

    def press(self, *keys: str) -> Sitting:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def mark_first_word(self) -> Sitting:
        """Label the first word of the text as a disease."""
        self.press("ArrowRight", "d")
        expect(self.page.locator("#said")).to_contain_text("DISEASE")
        return self

    def saved(self, text: str = "Saved") -> Sitting:
        expect(self.page.locator("#saved")).to_have_text(re.compile(f"^{text}"))
        return self

    def marks(self) -> list[str]:
        return self.page.eval_on_selector_all("#note mark", "marks => marks.map(mark => mark.textContent)")

    def cut(self, pattern: str, *, after_the_server: bool = False, times: int = 1) -> None:
        """Lose the next calls; `after_the_server` has done its work, or before it hears of them."""

        def lose(route: Route) -> None:
            if after_the_server:
                route.fetch()
            route.abort()

        self.page.route(pattern, lose, times=times)


def gold(task: Task) -> list[tuple[int, int]]:
    """Where the entities of the note's gold are."""
    return [(span.start, span.end) for span in Annotation.objects.gold().get(note=task.note_id).spans]
