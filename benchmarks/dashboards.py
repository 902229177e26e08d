"""The dashboards of a project, timed: on the server, and in Chromium until the last chart is drawn."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterable, Sequence

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import Client
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

from tests.browser.chromium import path as chromium_at

PAGES = ("{0}", "{0}health/", "{0}traffic/", "{0}deployments/", "{0}quality/", "{0}policy/", "{0}models/", "{0}alerts/")
DRAWN = """() => [...document.querySelectorAll('[data-figure]')].every((one) => one.querySelector('.main-svg'))"""
ROUNDS = 40


class _Server(LiveServerThread):
    """Not for the tests' own connection: each thread has its own."""

    server_class = ThreadedWSGIServer


def addresses(slug: str, more: Iterable[str] = ()) -> list[str]:
    return [page.format(f"/p/{slug}/") for page in PAGES] + list(more)


def on_the_server(browser: Client, pages: Sequence[str]) -> None:
    # As the web server does before it forks (webapp/gunicorn.py).
    gc.collect()
    gc.freeze()
    for page in pages:
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            response = browser.get(page)
            assert response.status_code == 200, (page, response.status_code)
            times.append(1000 * (time.perf_counter() - began))
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"{page:<34} server p50 {p50:6.1f}   p95 {p95:6.1f} ms", flush=True)


def in_chromium(session: str, pages: Sequence[str]) -> None:
    """From the click until the last chart of the page is there; `session`: the cookie of somebody signed in."""
    server = _Server("127.0.0.1", StaticFilesHandler)
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    url = f"http://127.0.0.1:{server.port}"
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=chromium_at(), args=["--no-sandbox"])
            context = chromium.new_context(viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
            page = context.new_page()
            for address in pages:
                times, charts = [], 0
                for _ in range(6):
                    began = time.perf_counter()
                    response = page.goto(url + address, wait_until="load")
                    assert response, address
                    assert response.status == 200, (address, response.status)
                    page.wait_for_function(DRAWN)
                    times.append(1000 * (time.perf_counter() - began))
                    charts = page.locator("[data-figure]").count()
                said = f"first {times[0]:6.0f} ms, then p50 {statistics.median(times[1:]):6.0f} ms"
                print(f"{address:<34} {charts} charts drawn: {said}", flush=True)
            chromium.close()
    finally:
        server.terminate()
