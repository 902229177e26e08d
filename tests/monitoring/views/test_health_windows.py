"""How many windows the page of health shows, and that more of them cost no more queries."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from annotation.models import User
from monitoring.models import Measurement, Window
from tests.conftest import Cast
from tests.monitoring.windows import WEEK, begin_weeks_ago, healthy_windows
from training.models import Deployment
from webapp import worker_watch

SignIn = Callable[[User], Browser]
URL = "/p/clinic/health/"


def earlier_copies(window: Window, number: int) -> None:
    """The weeks before it, each like it with all that was measured."""
    measured = list(window.measurements.all())
    for week in range(1, number + 1):
        there = (window.starts_at - week * WEEK, window.ends_at - week * WEEK)
        copy = Window.objects.get(pk=window.pk)
        copy.pk, copy.starts_at, copy.ends_at = None, *there
        copy._state.adding = True
        copy.save()
        for row in measured:
            row.pk, row.window = None, copy
        Measurement.objects.bulk_create(measured)


@pytest.fixture
def browser(champion: Deployment, cast: Cast, browser_of: SignIn) -> Browser:
    """Of a project with 110 windows, the newest of which are held against a reference."""
    newest = healthy_windows(champion, 2)[-1]
    begin_weeks_ago(champion, 120)
    Window.objects.exclude(pk=newest.pk).delete()
    earlier_copies(newest, 109)
    return browser_of(cast.lead)


def ends_of(browser: Browser, asked: str) -> list[str]:
    text = browser.get(f"{URL}kpi.csv{asked}").content.decode()
    return [row[0] for row in csv.reader(io.StringIO(text))][1:]


def test_newest_windows_are_shown_as_many_as_are_asked_for(browser: Browser) -> None:
    newest = ends_of(browser, "?windows=104")
    assert len(newest) == 104
    assert newest == sorted(newest)
    for asked, number in (("", 26), ("?windows=26", 26), ("?windows=52", 52), ("?windows=27", 26), ("?windows=x", 26)):
        assert ends_of(browser, asked) == newest[-number:]
    columns = browser.get(f"{URL}drift.csv?windows=52").content.decode().splitlines()[0].split(",")
    assert len(columns) == 53


def test_links_say_which_is_shown_and_keep_what_else_was_asked(browser: Browser) -> None:
    page = browser.get(f"{URL}?against=year&windows=52").content.decode()
    assert '<a href="?against=year&amp;windows=104"' in page
    assert 'aria-current="true">52<' in page
    assert f'href="{URL}kpi.csv?against=year&amp;windows=52"' in page
    plain = browser.get(URL).content.decode()
    assert 'aria-current="true">26<' in plain
    assert f'href="{URL}kpi.csv"' in plain


def test_more_windows_take_no_more_queries(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    # Every ten seconds one page of this process looks whether workers are there, which is a query of its own.
    monkeypatch.setattr(worker_watch.watch, "looked", float("inf"))
    browser.get(URL)
    counts = []
    for number in (26, 52, 104):
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"{URL}?windows={number}")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
